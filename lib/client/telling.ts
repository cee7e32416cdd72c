/** What people are told of beside the room that is on their screen. */
import type { FollowedRoom, Notify } from "../protocol.ts";

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
