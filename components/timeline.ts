/** Turns messages into what is shown: days, the unread line, groups. */
import type { PendingRow } from "../lib/client/pending_rows.ts";
import type { Message, Person } from "../lib/protocol.ts";

/** Messages of one author closer than this stand under one name. */
const GROUP_MILLISECONDS = 5 * 60_000;

/** A message of the log or one's own on the way to it. */
export interface MessageItem {
  kind: "message";
  id: string;
  author: string;
  name: string;
  /** Hash of the author's picture, when there is one. */
  picture: string | undefined;
  at: number;
  /** Starts a group: shows who and when. */
  first: boolean;
  /** Null for a row that the log doesn't show yet. */
  message: Message | null;
  pending: PendingRow | null;
}

/** One thing in the list, in order. */
export type TimelineItem =
  | MessageItem
  | { kind: "day"; id: string; at: number }
  | { kind: "event"; id: string; at: number; event: Message }
  | { kind: "unread"; id: string };

/** What {@link buildTimeline} needs. */
export interface TimelineInput {
  messages: readonly Message[];
  pending: readonly PendingRow[];
  me: Person;
  /** The unread line goes before the first message of others behind this seq; null for none. */
  unreadAfter: number | null;
  /** One marked them as unread oneself: one's own message counts, too, and has the line. */
  marked?: boolean;
  /** Whether there are older messages than the first. */
  more: boolean;
  /** Tells one calendar day from the next. */
  dayKey: (at: number) => string;
}

/** The rows of a list of messages, oldest first. */
export function buildTimeline(input: TimelineInput): TimelineItem[] {
  const { messages, pending, me, dayKey } = input;
  const unreadId = firstUnread(input);
  const items: TimelineItem[] = [];
  let previous: MessageItem | null = null;
  let day = "";
  let latest = 0;
  /** Adds the day's line before the first row of a day; tells whether it did. */
  const startDay = (at: number): boolean => {
    latest = at;
    const today = dayKey(at);
    if (today === day) return false;
    day = today;
    items.push({ kind: "day", id: `day-${today}`, at });
    return true;
  };
  const add = (row: Omit<MessageItem, "kind" | "first">) => {
    const newDay = startDay(row.at);
    if (row.id === unreadId) items.push({ kind: "unread", id: "unread" });
    const first = newDay || row.id === unreadId || startsGroup(previous, row);
    previous = { kind: "message", first, ...row };
    items.push(previous);
  };
  for (const message of messages) {
    const { id, author, name, picture, at } = message;
    if (message.kind !== undefined) {
      startDay(at);
      items.push({ kind: "event", id, at, event: message });
      previous = null;
      continue;
    }
    add({ id, author, name, picture, at, message, pending: null });
  }
  for (const row of pending) {
    const { id, at } = row;
    // The clock here may be behind the server's: rows never go back a day.
    const shownAt = Math.max(at, latest);
    add({
      id,
      author: me.id,
      name: me.name,
      picture: me.picture,
      at: shownAt,
      message: null,
      pending: row,
    });
  }
  return items;
}

function startsGroup(
  previous: MessageItem | null,
  row: { author: string; at: number },
): boolean {
  return previous === null || previous.author !== row.author ||
    row.at - previous.at > GROUP_MILLISECONDS;
}

function firstUnread(input: TimelineInput): string | null {
  const { messages, unreadAfter, marked = false, me, more } = input;
  if (unreadAfter === null) return null;
  const index = messages.findIndex((message) =>
    message.seq > unreadAfter && (marked || message.author !== me.id) &&
    !message.kind
  );
  // Where the first row held is unread and older ones are not held, the line
  // belongs further up.
  if (index < 0 || (index === 0 && more)) return null;
  return messages[index]!.id;
}
