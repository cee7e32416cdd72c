/** Where the line "New" stands: it stays put while one reads. */
import { useEffect, useState } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";

/**
 * Seq behind which messages are new to the reader, or null for no line: fixed
 * when the room is opened, and anew when something came while the page was out
 * of sight.
 */
export function useUnreadLine(client: ChatClient, room: string): number | null {
  const [after, setAfter] = useState(() =>
    client.unread(room) > 0 ? client.lastRead(room) : null
  );
  useEffect(() => {
    let hiddenAt: number | null = null;
    const onVisibility = () => {
      const cursor = client.rooms.get(room)?.cursor.seq ?? 0;
      if (document.visibilityState === "hidden") hiddenAt = cursor;
      else if (hiddenAt !== null && cursor > hiddenAt) {
        setAfter(Math.min(hiddenAt, client.lastRead(room)));
      }
    };
    document.addEventListener("visibilitychange", onVisibility);
    return () => document.removeEventListener("visibilitychange", onVisibility);
  }, [client, room]);
  return after;
}
