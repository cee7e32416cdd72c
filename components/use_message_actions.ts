/** What one does to messages, as calls to the client. */
import { useMemo, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";
import type { ChatClient } from "../lib/client/chat_client.ts";
import { readMessage } from "../lib/client/room_reads.ts";
import type { Message } from "../lib/protocol.ts";
import type { ShownRoom } from "./chat_props.ts";
import type { Tray } from "./files/tray.ts";
import type { MessageActions } from "./message_actions.ts";
import { messagePath } from "./room_path.ts";

/** What actions open elsewhere on the page. */
export interface OpenedBy {
  reply(message: Message): void;
  unread(seq: number): void;
  emoji(message: string): void;
  versions(message: string): void;
}

/** The actions of a room, and which message is being edited. */
export function useMessageActions(
  client: ChatClient,
  { id: room, slug }: ShownRoom,
  composer: RefObject<HTMLTextAreaElement>,
  tray: Tray,
  open: OpenedBy,
) {
  const [editing, setEditing] = useState<string | null>(null);
  const opened = useRef(open);
  opened.current = open;
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
      react: (message, emoji, on) => {
        client.react(room, message, emoji, on);
      },
      pin: (message, on) => {
        client.pin(room, message, on);
      },
      reply(message) {
        const answered = client.rooms.get(room)?.get(message);
        if (answered === undefined) return;
        opened.current.reply(answered);
        composer.current?.focus();
      },
      markUnread: (seq) => opened.current.unread(seq),
      chooseReaction: (message) => opened.current.emoji(message),
      showVersions: (message) => opened.current.versions(message),
      lookUp: (message) => void lookUp(client, room, message),
      linkTo: (message) => messagePath(slug, message),
      // What still waits for its files is not the client's yet.
      retry: (row) => void (tray.retryPost(row) || client.retry(room, row)),
      discard: (row) =>
        void (tray.discardPost(row) || client.cancel(room, row)),
    };
  }, [client, room, slug, tray]);
  return { actions, editing };
}

/** Requests under way, by message. */
const lookedUp = new Set<string>();

/** Asks for a message that others answer; again where much changed meanwhile. */
async function lookUp(
  client: ChatClient,
  room: string,
  message: string,
): Promise<void> {
  if (lookedUp.has(message)) return;
  lookedUp.add(message);
  try {
    for (let isKept = false; !isKept;) {
      const found = await readMessage(room, message);
      isKept = client.keepOriginal(room, message, found);
    }
  } catch {
    // It is asked for again when the reply is shown anew.
  } finally {
    lookedUp.delete(message);
  }
}
