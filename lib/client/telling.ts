/** What people are told of beside the room that is on their screen. */
import type { FollowedRoom, Message, Notify } from "../protocol.ts";

/** What someone is told of in a room: as they chose, or as is usual in rooms of its kind. */
export function toldOf(
  { notify, kind }: Pick<FollowedRoom, "notify" | "kind">,
): Notify {
  return notify ?? (kind === "direct" ? "all" : "mentions");
}

/** How many of a room's unread messages someone is to be told of. */
export function toldCount(
  room: Pick<FollowedRoom, "notify" | "kind">,
  { unread, mentions }: { unread: number; mentions: number },
): number {
  const level = toldOf(room);
  return level === "all" ? unread : level === "mentions" ? mentions : 0;
}

/** Where something may have come that someone is to be told of. */
export interface News {
  room: FollowedRoom;
  /** Seq behind which it came. */
  after: number;
}

/** The heads of rooms, as far as known. */
export type Heads = ReadonlyMap<string, number>;

/**
 * The rooms that grew, of which someone is told anything, and where they have
 * not read it. A room that was not there before is no news.
 */
export function newsSince(
  before: Heads,
  rooms: readonly FollowedRoom[],
  lastRead: (room: string) => number,
): News[] {
  return rooms.flatMap((room) => {
    const known = before.get(room.room);
    if (known === undefined || toldOf(room) === "nothing") return [];
    const after = Math.max(known, lastRead(room.room));
    return room.head > after ? [{ room, after }] : [];
  });
}

/** Which of these messages someone is told of: not their own, nor what they need not know. */
export function toldMessages(
  messages: readonly Message[],
  { room, after }: News,
  me: string,
): Message[] {
  const level = toldOf(room);
  return messages.filter(({ seq, author, deleted, kind, mentions = [] }) => {
    const isNew = seq > after && author !== me && !deleted && !kind;
    const isMention = mentions.some(({ id }) => id === me || id === "here");
    return isNew && (level === "all" || level === "mentions" && isMention);
  });
}

/** What someone chose on this device. */
export interface NoticeSettings {
  /** Whether to be told on the desktop at all. */
  on: boolean;
  sound: boolean;
  /** Not before this time, in milliseconds since 1970; 0 for at once. */
  quietUntil: number;
}

/** Nothing unless one asks for it, and then without a sound. */
export const USUAL_NOTICES: NoticeSettings = {
  on: false,
  sound: false,
  quietUntil: 0,
};

/** Whether to tell now: not where a page is being looked at, which tells by itself. */
export function mayTell(
  { on, quietUntil }: NoticeSettings,
  { now, isWatched }: { now: number; isWatched: boolean },
): boolean {
  return on && now >= quietUntil && !isWatched;
}
