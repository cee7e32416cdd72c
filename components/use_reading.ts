/** Tells the server how far one has read. */
import { useEffect, useRef } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";
import type { LogView } from "./MessageLog.tsx";

/** Returns what the log calls when its view changes; a hidden page reads nothing. */
export function useReading(
  client: ChatClient,
  room: string,
): (view: LogView) => void {
  const view = useRef<LogView | null>(null);
  const mark = () => {
    if (view.current === null || document.visibilityState !== "visible") return;
    const { following, lastSeq } = view.current;
    const cursor = client.rooms.get(room)?.cursor.seq ?? 0;
    const seq = following ? cursor : lastSeq;
    if (seq > client.lastRead(room)) client.markRead(room, seq);
  };
  useEffect(() => {
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  }, [client, room]);
  return (next) => {
    view.current = next;
    mark();
  };
}
