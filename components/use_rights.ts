/** What one may do to messages of others in a room. */
import { useEffect, useState } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";
import { readRights } from "../lib/client/room_reads.ts";
import { type MessageRights, NO_RIGHTS } from "./message_actions.ts";

/** As the server says, asked anew when one's role changes; nothing until then. */
export function useRights(client: ChatClient, room: string): MessageRights {
  const [rights, setRights] = useState(NO_RIGHTS);
  const role = client.me?.role;
  useEffect(() => {
    let isWanted = true;
    readRights(room).then(
      (may) => {
        if (!isWanted) return;
        const [pin, deleteOthers] = [may("pin"), may("deleteOthers")];
        setRights({ pin, deleteOthers });
      },
      () => {},
    );
    return () => {
      isWanted = false;
    };
  }, [room, role]);
  return rights;
}
