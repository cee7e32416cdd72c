/** What stands where the composer was when one can't go on writing. */
import type { ComponentChildren, JSX } from "preact";
import type { PendingRow } from "../lib/client/pending_rows.ts";
import { CLOSE } from "../lib/protocol.ts";
import { CopyButton } from "./CopyButton.tsx";
import { useWords } from "./words.ts";
import { roomPath } from "./room_path.ts";

interface Kept {
  /** What is in the text box. */
  draft: string;
  /** What was sent but is not in the log. */
  pending: readonly PendingRow[];
}

/** The connection ended for good: enter again, or load the page again. */
export function EndedPanel(
  { code, slug, ...kept }: Kept & { code: number | null; slug: string },
): JSX.Element {
  const t = useWords();
  const banned = code === CLOSE.banned;
  const signedOut = code === null || code === CLOSE.sessionEnded;
  const here = roomPath(slug);
  if (banned) {
    return (
      <Panel title={t("connection.banned")} hint={t("connection.banned_hint")}>
        <KeptTexts {...kept} />
        <a class="button primary" href="/">{t("connection.why")}</a>
      </Panel>
    );
  }
  return (
    <Panel
      title={t(signedOut ? "connection.ended" : "connection.replaced")}
      hint={t(signedOut ? "connection.ended_hint" : "connection.replaced_hint")}
    >
      <KeptTexts {...kept} />
      <a
        class="button primary"
        href={signedOut ? `/?next=${encodeURIComponent(here)}` : here}
      >
        {t(signedOut ? "connection.enter" : "connection.reload")}
      </a>
    </Panel>
  );
}

/** The room can't be opened (any more). */
export function GonePanel(
  { code, ...kept }: Kept & { code: string },
): JSX.Element {
  const t = useWords();
  const removed = code === "removed";
  return (
    <Panel
      title={t(removed ? "room.sent_out" : "room.gone")}
      hint={t(removed ? "room.sent_out_hint" : "room.gone_hint")}
    >
      <KeptTexts {...kept} />
      <a class="button primary" href="/rooms">{t("rooms.all")}</a>
    </Panel>
  );
}

/** Nobody writes here any more. */
export function ArchivedNote(): JSX.Element {
  const t = useWords();
  return <p class="foot archived-note">{t("room.archived")}</p>;
}

function Panel({ title, hint, children }: {
  title: string;
  hint: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="panel" role="alert">
      <h2>{title}</h2>
      <p>{hint}</p>
      {children}
    </section>
  );
}

function KeptTexts({ draft, pending }: Kept): JSX.Element | null {
  const t = useWords();
  const texts = pending.map(({ body }) => body);
  if (draft.trim() !== "") texts.push(draft);
  if (texts.length === 0) return null;
  return (
    <>
      <h3>{t("connection.kept")}</h3>
      <ul class="kept">
        {texts.map((text, index) => (
          <li key={index}>
            <p dir="auto">{text}</p>
            <CopyButton text={text} label={t("message.copy")} />
          </li>
        ))}
      </ul>
    </>
  );
}
