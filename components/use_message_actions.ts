/** What one does to messages, as calls to the client. */
import { useMemo, useState } from "preact/hooks";
import type { RefObject } from "preact";
import type { ChatClient } from "../lib/client/chat_client.ts";
import type { Tray } from "./files/tray.ts";
import type { MessageActions } from "./message_actions.ts";

/** The actions of a room, and which message is being edited. */
export function useMessageActions(
  client: ChatClient,
  room: string,
  composer: RefObject<HTMLTextAreaElement>,
  tray: Tray,
) {
  const [editing, setEditing] = useState<string | null>(null);
  const actions = useMemo<Omit<MessageActions, "hold">>(() => {
    const done = () => {
      setEditing(null);
      composer.current?.focus();
    };
    return {
      edit: setEditing,
      cancelEdit: done,
      save(message, body) {
        client.edit(room, message, body);
        done();
      },
      remove(message) {
        client.delete(room, message);
        composer.current?.focus();
      },
      // What still waits for its files is not the client's yet.
      retry: (row) => void (tray.retryPost(row) || client.retry(room, row)),
      discard: (row) =>
        void (tray.discardPost(row) || client.cancel(room, row)),
    };
  }, [client, room, tray]);
  return { actions, editing };
}
