/** Where the line "New" stands: it stays put while one reads. */
import { useEffect, useState } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";

/**
 * Seq behind which messages are new to the reader: fixed when the room is
 * opened, and anew when the page goes out of sight.
 */
export function useUnreadLine(client: ChatClient, room: string): number {
  const [after, setAfter] = useState(() => client.lastRead(room));
  useEffect(() => {
    const onVisibility = () => {
      if (document.visibilityState === "hidden") {
        setAfter(client.lastRead(room));
      }
    };
    document.addEventListener("visibilitychange", onVisibility);
    return () => document.removeEventListener("visibilitychange", onVisibility);
  }, [client, room]);
  return after;
}
