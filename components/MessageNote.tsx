/** What became of something sent that is not in the log. */
import type { JSX } from "preact";
import type { PendingRow } from "../lib/client/pending_rows.ts";
import type { MessageActions } from "./message_actions.ts";
import { reasonOf, useWords } from "./words.ts";

interface MessageNoteProps {
  pending: PendingRow | null;
  change: PendingRow | undefined;
  waiting: boolean;
  actions: MessageActions;
}

/** Says why a row was refused or what it waits for, and what one can do. */
export function MessageNote(
  { pending, change, waiting, actions }: MessageNoteProps,
): JSX.Element | null {
  const t = useWords();
  const row = pending ?? change;
  if (row === undefined || row === null) return null;
  if (row.state === "failed") {
    const key = pending === null ? "message.change_failed" : "message.failed";
    return (
      <p class="note note-failed">
        {t(key, { reason: reasonOf(t, row.code) })}{" "}
        <button type="button" onClick={() => actions.retry(row.id)}>
          {t("message.retry")}
        </button>
        <button type="button" onClick={() => actions.discard(row.id)}>
          {t(pending === null ? "message.cancel" : "message.discard")}
        </button>
      </p>
    );
  }
  if (!waiting) return null;
  return (
    <p class="note">
      {t("message.waiting")}{" "}
      <button type="button" onClick={() => actions.discard(row.id)}>
        {t(pending === null ? "message.cancel" : "message.discard")}
      </button>
    </p>
  );
}
