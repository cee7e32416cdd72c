/** The frame of all pages about the place. */
import type { ComponentChildren, JSX } from "preact";
import { may } from "../../lib/permissions.ts";
import type { PlaceAction } from "../../lib/permissions.ts";
import type { Session } from "../../lib/sessions.ts";
import type { Translator } from "../../lib/translate.ts";
import { Page } from "../Page.tsx";
import { PageTitle } from "../PageTitle.tsx";

const PAGES = {
  settings: ["/place", "managePlace"],
  people: ["/place/people", "seePeople"],
  rooms: ["/place/rooms", "managePlace"],
  invitations: ["/place/invitations", "enter"],
  audit: ["/place/audit", "seeAudit"],
  health: ["/place/health", "managePlace"],
} as const satisfies Record<string, readonly [string, PlaceAction]>;

interface PlacePageProps {
  t: Translator;
  session: Session;
  /** What the place is called. */
  name: string;
  /** Which of the pages this is. */
  page: keyof typeof PAGES;
  /** What to say about what was just done, or null. */
  note: string | null;
  /** What was refused, or null. */
  error: string | null;
  children: ComponentChildren;
}

/** The place's name, the ways to the other pages, and this one. */
export function PlacePage(props: PlacePageProps): JSX.Element {
  const { t, session, name, page, note, error } = props;
  const title = t(`place.${page}`);
  const pages = Object.entries(PAGES)
    .filter(([, [, action]]) => may(session.role, action));
  return (
    <Page t={t} me={session.person}>
      <PageTitle parts={[title]} />
      <h1>
        <bdi>{name}</bdi>
      </h1>
      {pages.length > 1 && (
        <nav class="settings-nav" aria-label={t("place.title")}>
          {pages.map(([key, [path]]) => (
            <a
              key={key}
              href={path}
              aria-current={key === page ? "page" : undefined}
            >
              {t(`place.${key as keyof typeof PAGES}`)}
            </a>
          ))}
        </nav>
      )}
      {note !== null && <p class="saved" role="status">{note}</p>}
      {error !== null && <p class="field-error" role="alert">{error}</p>}
      <h2 class="visually-hidden">{title}</h2>
      {props.children}
    </Page>
  );
}
