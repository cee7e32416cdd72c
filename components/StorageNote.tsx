/** Says that the page must stay open until all is sent (C1). */
import type { JSX } from "preact";
import type { ChatClient } from "../lib/client/chat_client.ts";
import { useWords } from "./words.ts";

/** A line over the composer while the browser stores nothing. */
export function StorageNote(
  { client }: { client: ChatClient },
): JSX.Element | null {
  const t = useWords();
  // Before the page lives nobody knows, and the server can't.
  const shown = !client.durable && client.status !== "connecting";
  return (
    <p class="storage-note" role="status">
      {shown && t("connection.not_kept")}
    </p>
  );
}
