/** How the connection is doing, in one word. */
import type { JSX } from "preact";
import type { ConnectionStatus } from "../lib/client/chat_client.ts";
import type { TextKey } from "../lib/translate.ts";
import { useWords } from "./words.ts";

const TEXTS: Readonly<Record<ConnectionStatus, TextKey>> = {
  connecting: "connection.connecting",
  connected: "connection.connected",
  reconnecting: "connection.reconnecting",
  offline: "connection.offline",
  ended: "connection.offline",
};

/** The state as a word with a coloured dot; read aloud when it changes. */
export function ConnectionState(
  { status }: { status: ConnectionStatus },
): JSX.Element {
  const t = useWords();
  return (
    <span
      class={`connection ${status} needs-script`}
      role="status"
      aria-label={t("connection.title")}
    >
      {t(TEXTS[status])}
    </span>
  );
}
