/** What whoever was here before left unsent: it is theirs, and not sent for another. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { OutboxRow } from "../lib/client/outbox.ts";
import type { PageOutbox } from "../lib/client/page_outbox.ts";
import { CopyButton } from "./CopyButton.tsx";
import { useWords } from "./words.ts";

/** Texts to copy or delete; nothing when there are none. */
export function LeftBehind(
  { outbox }: { outbox: PageOutbox | null },
): JSX.Element | null {
  const t = useWords();
  const [rows, setRows] = useState<readonly OutboxRow[]>([]);
  useEffect(() => {
    // Without storage nothing was left.
    outbox?.leftBehind().then(setRows, () => {});
  }, [outbox]);
  if (rows.length === 0) return null;
  const discard = (id: string) => {
    setRows(rows.filter((row) => row.id !== id));
    outbox?.discard(id);
  };
  return (
    <section class="panel" aria-labelledby="left-behind">
      <h2 id="left-behind">{t("connection.left_behind")}</h2>
      <ul class="kept">
        {rows.map(({ id, body = "" }) => (
          <li key={id}>
            <p dir="auto">{body}</p>
            <CopyButton text={body} label={t("message.copy")} />
            <button
              type="button"
              class="button small"
              onClick={() => discard(id)}
            >
              {t("message.discard")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
