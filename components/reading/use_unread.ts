/** What is new in a room since one was there: the line "New", and the bar that leads to it. */
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ChatClient } from "../../lib/client/chat_client.ts";
import type { ShownRoom } from "../chat_props.ts";
import type { LogControl, LogView } from "../MessageLog.tsx";
import { pastPath, REACH } from "../room_path.ts";

/** Where the line is, and what the bar says. */
export interface Unread {
  /** Seq behind which messages are new to the reader, or null for no line. */
  after: number | null;
  /** One marked them as unread oneself, from the first behind it on, whoever wrote that. */
  marked: boolean;
  /** How many there were, while the line was not in view yet; else 0. */
  count: number;
  /** Time of the first of them where it is held, else null. */
  since: number | null;
  /** Called when the log's view changes. */
  onView(view: LogView): void;
  /** Shows the oldest of them. */
  toOldest(): Promise<void>;
  /** Everything is read: no line any more. */
  markRead(): void;
  /** Marks the room as unread from the message at `seq` on. */
  markUnread(seq: number): void;
}

interface Line {
  after: number;
  marked: boolean;
  count: number;
  /** Whether it was in view; null until the log was laid out. */
  isSeen: boolean | null;
}

/**
 * Fixed when the room is opened, and anew when something came while the page
 * was out of sight or one marks messages as unread.
 */
export function useUnread(
  client: ChatClient,
  { id: room, slug }: ShownRoom,
  control: RefObject<LogControl>,
): Unread {
  const [line, setLine] = useState(() => lineOf(client, room));
  useEffect(() => {
    let hiddenAt: number | null = null;
    const onVisibility = () => {
      const state = client.rooms.get(room);
      const cursor = state?.cursor.seq ?? 0;
      if (document.visibilityState === "hidden") hiddenAt = cursor;
      else if (state !== undefined && hiddenAt !== null && cursor > hiddenAt) {
        const after = Math.min(hiddenAt, client.lastRead(room));
        const posts = state.posts - (state.postsAt(after) ?? state.posts);
        const marked = client.isMarked(room);
        const count = countNew(client, room, { after, marked, posts });
        if (count > 0) setLine({ after, marked, count, isSeen: null });
      }
    };
    document.addEventListener("visibilitychange", onVisibility);
    return () => document.removeEventListener("visibilitychange", onVisibility);
  }, [client, room]);
  const { after = null, marked = false } = line ?? {};
  const first = () =>
    after === null
      ? undefined
      : client.rooms.get(room)?.messages.find(({ seq, author }) =>
        seq > after && (marked || author !== client.person?.id)
      );
  return {
    after,
    marked,
    count: line?.isSeen === false ? line.count : 0,
    since: line?.isSeen === false ? first()?.at ?? null : null,
    onView({ isLineSeen }) {
      if (line !== null && line.isSeen !== true && isLineSeen !== line.isSeen) {
        setLine({ ...line, isSeen: isLineSeen });
      }
    },
    async toOldest() {
      if (after === null || line === null) return;
      if (line.count > REACH) {
        return location.assign(pastPath(slug, { id: "", seq: after + 1 }));
      }
      const isMissing = () => {
        const state = client.rooms.get(room);
        const oldest = state?.messages[0];
        return state?.more === true && oldest !== undefined &&
          oldest.seq > after + 1;
      };
      while (isMissing()) {
        const before = client.rooms.get(room)?.messages[0];
        await client.loadOlder(room).catch(() => {});
        if (client.rooms.get(room)?.messages[0] === before) break;
      }
      const found = first();
      if (found) control.current?.reveal(found.id);
    },
    markRead() {
      client.readAgain(room);
      client.markRead(room, client.rooms.get(room)?.cursor.seq ?? 0);
      setLine(null);
    },
    markUnread(seq) {
      client.markUnread(room, seq);
      setLine({ after: seq - 1, marked: true, count: 0, isSeen: true });
    },
  };
}

function lineOf(client: ChatClient, room: string): Line | null {
  const after = client.lastRead(room);
  const marked = client.isMarked(room);
  const posts = client.unread(room);
  const count = countNew(client, room, { after, marked, posts });
  return count > 0 ? { after, marked, count, isSeen: null } : null;
}

/**
 * How many of the messages behind `after` are new to the reader: what one sent
 * from another device is not, unless one marked it as unread oneself.
 */
export function countNew(
  { rooms, person }: Pick<ChatClient, "rooms" | "person">,
  room: string,
  { after, marked, posts }: { after: number; marked: boolean; posts: number },
): number {
  if (marked) return posts;
  const own = rooms.get(room)?.messages.filter(({ seq, author, kind }) =>
    seq > after && author === person?.id && !kind
  );
  return Math.max(0, posts - (own?.length ?? 0));
}
