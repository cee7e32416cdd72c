/** What happens while there is no connection, said plainly. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ConnectionStatus } from "../lib/client/chat_client.ts";
import type { Unsent } from "../lib/client/unsent.ts";
import { useWords } from "./words.ts";

interface ConnectionBarProps {
  status: ConnectionStatus;
  /** When the next attempt is due, in milliseconds since 1970, or null. */
  retryAt: number | null;
  /** Whether the server lets in no more of them. */
  isFull: boolean;
  unsent: Unsent;
  onTry: () => void;
}

/** A bar over the messages while reconnecting or offline. */
export function ConnectionBar(
  { status, retryAt, isFull, unsent, onTry }: ConnectionBarProps,
): JSX.Element | null {
  const t = useWords();
  const seconds = useSecondsUntil(status === "reconnecting" ? retryAt : null);
  const { messages, changes } = unsent;
  // Chinese sentences have no space between them.
  const space = t.locale === "zh-CN" ? "" : " ";
  if (status !== "reconnecting" && status !== "offline") return null;
  return (
    <div class="connection-bar">
      <span>
        {status === "offline"
          ? t("connection.offline_bar")
          : isFull
          ? t("error.too_many_connections")
          : seconds > 0
          ? t("connection.retry_in", { count: seconds })
          : t("connection.retry_now")}
        {messages > 0 && space + t("connection.unsent", { count: messages })}
        {changes > 0 &&
          space + t("connection.unsent_changes", { count: changes })}
      </span>
      {status === "reconnecting" && (
        <button type="button" class="button small" onClick={onTry}>
          {t("connection.try")}
        </button>
      )}
    </div>
  );
}

/** Whole seconds from now to then, counted down; 0 when past or null. */
function useSecondsUntil(then: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (then === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [then]);
  return then === null ? 0 : Math.max(0, Math.ceil((then - now) / 1000));
}
