/** What rooms are called on screen. */
import type { Person, RoomKind } from "../../lib/protocol.ts";
import type { Translator } from "../../lib/translate.ts";

/** What a title needs of a room. */
export interface Titled {
  kind: RoomKind;
  name: string;
  /** Of direct rooms: the others. */
  people?: readonly Person[];
}

const lists = new Map<string, Intl.ListFormat>();

/** A room's name; of a direct room the names of the others. */
export function roomTitleOf(
  { kind, name, people = [] }: Titled,
  t: Translator,
): string {
  if (kind !== "direct") return name;
  if (people.length === 0) return t("rooms.alone");
  const list = lists.get(t.locale) ??
    new Intl.ListFormat(t.locale, { type: "conjunction" });
  lists.set(t.locale, list);
  return list.format(people.map((person) => person.name));
}

/** The title as it stands in a text: open rooms with the `#` that they are marked with. */
export function roomMentionOf(room: Titled, t: Translator): string {
  return `${room.kind === "open" ? "#" : ""}${roomTitleOf(room, t)}`;
}
