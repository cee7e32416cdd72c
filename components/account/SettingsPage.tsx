/** The frame of all pages of settings. */
import type { ComponentChildren, JSX } from "preact";
import type { Person } from "../../lib/protocol.ts";
import type { Translator } from "../../lib/translate.ts";
import { PageTitle } from "../PageTitle.tsx";
import { Page } from "../Page.tsx";

const PAGES = {
  profile: "/settings/profile",
  account: "/settings/account",
  sessions: "/settings/sessions",
  notifications: "/settings/notifications",
  look: "/settings/look",
} as const;

interface SettingsPageProps {
  t: Translator;
  me: Person;
  /** Which of the pages this is. */
  page: keyof typeof PAGES;
  /** What was asked for was just saved. */
  saved: boolean;
  children: ComponentChildren;
}

/** The title, the ways to the other pages, and this one. */
export function SettingsPage(
  { t, me, page, saved, children }: SettingsPageProps,
): JSX.Element {
  const title = t(`settings.${page}`);
  return (
    <Page t={t} me={me} narrow>
      <PageTitle parts={[title, t("settings.title")]} />
      <h1>{t("settings.title")}</h1>
      <nav class="settings-nav" aria-label={t("settings.title")}>
        {Object.entries(PAGES).map(([key, path]) => (
          <a
            key={key}
            href={path}
            aria-current={key === page ? "page" : undefined}
          >
            {t(`settings.${key as keyof typeof PAGES}`)}
          </a>
        ))}
      </nav>
      {saved && <p class="saved" role="status">{t("settings.saved")}</p>}
      {children}
    </Page>
  );
}
