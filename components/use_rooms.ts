/** Which room is on screen, and moving between rooms without a new page. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";
import type { FollowedRoom } from "../lib/protocol.ts";
import type { Translator } from "../lib/translate.ts";
import type { ChatProps, ShownRoom } from "./chat_props.ts";
import { roomPath, slugOfPath } from "./room_path.ts";
import { roomTitleOf } from "./rooms/room_title.ts";
import { isOverlay } from "./use_column.ts";
import { useWords } from "./words.ts";

/** The room on screen and the ways to another. */
export interface RoomChoice {
  room: ShownRoom;
  rooms: readonly FollowedRoom[];
  /** Whether one follows the room on screen. */
  followed: boolean;
  /** Shows the room with this slug; false where that loads another page. */
  open: (slug: string) => boolean;
}

/** Keeps the room on screen in step with the address. */
export function useRooms(client: ChatClient, props: ChatProps): RoomChoice {
  const me = client.me ?? props.me;
  const t = useWords();
  const rooms = useMemo(() => sortRooms(me.rooms, t), [me.rooms, t]);
  const [shown, setShown] = useState<ShownRoom>(props.room);
  const listed = rooms.find(({ room }) => room === shown.id) ??
    rooms.find(({ slug }) => slug === shown.slug);
  const room = listed === undefined ? shown : shownRoom(listed);

  const show = (slug: string): boolean => {
    if (slug === room.slug) return true;
    const next = findRoom(rooms, props.room, slug);
    if (next === undefined) return false;
    client.close(room.id);
    client.open(next.id);
    setShown(next);
    return true;
  };
  const open = (slug: string): boolean => {
    const address = roomPath(slug);
    const here = show(slug);
    // In place of a list over the conversation: going back skips the list.
    const replace = isOverlay();
    if (!here) location[replace ? "replace" : "assign"](address);
    else if (location.pathname !== address) {
      history[replace ? "replaceState" : "pushState"](null, "", address);
    }
    return here;
  };
  useEffect(() => {
    // The entry that the page came by is its own, like those that it adds:
    // Fresh would load the page anew on the way back to it.
    if (!isOverlay()) history.replaceState(null, "");
  }, []);
  useEffect(() => {
    const onPopState = () => {
      if (!show(slugOfPath(location.pathname))) location.reload();
    };
    addEventListener("popstate", onPopState);
    return () => removeEventListener("popstate", onPopState);
  });
  return { room, rooms, followed: listed !== undefined, open };
}

function findRoom(
  rooms: readonly FollowedRoom[],
  served: ShownRoom,
  slug: string,
): ShownRoom | undefined {
  const found = rooms.find((room) => room.slug === slug);
  if (found === undefined) return served.slug === slug ? served : undefined;
  return shownRoom(found);
}

function shownRoom(followed: FollowedRoom): ShownRoom {
  const { room: id, slug, name, kind } = followed;
  const { topic = "", archived = false, people = [] } = followed;
  return { id, slug, name, kind, topic, archived, people };
}

/** As they are shown: the lobby, rooms, people, what is archived; each by name. */
function sortRooms(
  rooms: readonly FollowedRoom[],
  t: Translator,
): FollowedRoom[] {
  const names = new Intl.Collator(t.locale, { numeric: true });
  const rank = ({ slug, kind, archived }: FollowedRoom) =>
    slug === "lobby" ? 0 : archived ? 3 : kind === "direct" ? 2 : 1;
  return rooms
    .map((room) => ({ room, title: roomTitleOf(room, t) }))
    .sort((a, b) =>
      rank(a.room) - rank(b.room) || names.compare(a.title, b.title)
    )
    .map(({ room }) => room);
}
