/** Who reacted to a message, as it is stored: person ids by emoji, as JSON. */

/** Bounds of what one message carries. */
const MOST = { kinds: 20, all: 500 };

/** Person ids by emoji, in the order in which they reacted. */
export type Reactions = Record<string, string[]>;

/** A reaction to add, or to take back. */
export interface Reaction {
  author: string;
  emoji: string;
  on: boolean;
}

/** The reactions with one more or one less; `full` where there are too many. */
export function reacted(
  stored: string | null,
  { author, emoji, on }: Reaction,
): string | null | "full" {
  const reactions: Reactions = JSON.parse(stored ?? "{}");
  const people = reactions[emoji] ?? [];
  const others = people.filter((person) => person !== author);
  const next = !on
    ? others
    : people.includes(author)
    ? people
    : [...people, author];
  // An emoji that is there keeps its place.
  if (next.length > 0) reactions[emoji] = next;
  else delete reactions[emoji];
  const lists = Object.values(reactions);
  const all = lists.reduce((sum, list) => sum + list.length, 0);
  if (on && (lists.length > MOST.kinds || all > MOST.all)) return "full";
  return lists.length === 0 ? null : JSON.stringify(reactions);
}
