/** What entries make of messages: the one fold that all clients share (C2). */
import type {
  DeletedEntry,
  EditedEntry,
  MemberEntry,
  Message,
  PinnedEntry,
  PostedEntry,
  ReactedEntry,
  SettingsEntry,
} from "../protocol.ts";
import type { PendingRow } from "./pending_rows.ts";

/** An entry that is a message itself. */
export type StandingEntry = PostedEntry | MemberEntry | SettingsEntry;

/** An entry about a message. */
export type Change = EditedEntry | DeletedEntry | ReactedEntry | PinnedEntry;

/** The message that an entry begins. */
export function begun(entry: StandingEntry): Message {
  const { kind, seq, ...fields } = entry;
  const base = { body: "", ...fields, seq, rev: seq };
  return kind === "posted" ? base : { ...base, kind };
}

/** The message as an entry leaves it; as it is when it is newer than that entry. */
export function changed(message: Message, change: Change): Message {
  if (change.seq <= message.rev) return message;
  const next = { ...message, rev: change.seq };
  if (message.deleted || change.kind === "deleted") return blank(next);
  switch (change.kind) {
    case "edited": {
      // Its text is gone: the entry that deleted it follows.
      if (change.deleted) return blank(next);
      const { mentions: _, ...rest } = next;
      const { body, at, mentions } = change;
      return { ...rest, body, editedAt: at, ...mentions && { mentions } };
    }
    case "reacted":
      return reacted(next, change);
    case "pinned": {
      const { pinnedAt: _, ...rest } = next;
      return change.on ? { ...rest, pinnedAt: change.at } : rest;
    }
  }
}

/** A deleted message: its place and who wrote it, nothing else (L7). */
export function blank(message: Message): Message {
  const { id, seq, rev, at, posts, author, name, picture } = message;
  const rest = { id, seq, rev, at, posts, author, name };
  const shown = picture === undefined ? {} : { picture };
  return { ...rest, ...shown, body: "", deleted: true };
}

/** The message with one's own reactions and pins that the log doesn't show yet. */
export function withMarks(
  message: Message,
  marks: readonly PendingRow[],
  me: string,
): Message {
  return marks.reduce((marked, { kind, emoji = "", on = true, at }) => {
    if (kind === "react") return reacted(marked, { emoji, author: me, on });
    const { pinnedAt: _, ...rest } = marked;
    return on ? { ...rest, pinnedAt: at } : rest;
  }, message);
}

function reacted(
  message: Message,
  { emoji, author, on }: Pick<ReactedEntry, "emoji" | "author" | "on">,
): Message {
  const { reactions = {}, ...rest } = message;
  const people = reactions[emoji] ?? [];
  const others = people.filter((person) => person !== author);
  const next = !on
    ? others
    : people.includes(author)
    ? people
    : [...people, author];
  const { [emoji]: _, ...without } = reactions;
  const all = next.length > 0 ? { ...reactions, [emoji]: next } : without;
  return Object.keys(all).length > 0 ? { ...rest, reactions: all } : rest;
}
