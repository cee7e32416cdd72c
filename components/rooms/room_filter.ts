/** Which of many rooms are listed. */
import type { FollowedRoom } from "../../lib/protocol.ts";
import type { Translator } from "../../lib/translate.ts";
import { roomTitleOf } from "./room_title.ts";

/** Rooms from which on one can type a part of a name over the list. */
export const FILTER_FROM = 30;

/** Rooms in the list at most: more than anybody reads, fewer than a page suffers from. */
export const MOST_LISTED = 150;

/** What is listed, in the same order, and how many that fit are not. */
export interface ListedRooms {
  rooms: readonly FollowedRoom[];
  more: number;
}

/**
 * Rooms with the query in their title. Of too many those come first that `isMet`
 * says one wants to see: the room on screen, what is unread.
 */
export function listRooms(
  rooms: readonly FollowedRoom[],
  query: string,
  t: Translator,
  isMet: (room: FollowedRoom) => boolean,
): ListedRooms {
  const wanted = foldTitle(query);
  const found = wanted === ""
    ? rooms
    : rooms.filter((room) => foldTitle(roomTitleOf(room, t)).includes(wanted));
  if (found.length <= MOST_LISTED) return { rooms: found, more: 0 };
  const met = found.filter(isMet);
  const rest = found.filter((room) => !isMet(room));
  const chosen = new Set([...met, ...rest].slice(0, MOST_LISTED));
  return {
    rooms: found.filter((room) => chosen.has(room)),
    more: found.length - MOST_LISTED,
  };
}

/** A title, or a part of one, as it is compared. */
export function foldTitle(text: string): string {
  return text.normalize("NFKC").toLocaleLowerCase().trim();
}
