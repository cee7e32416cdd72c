import { assertEquals } from "@std/assert";
import { buildTimeline } from "../components/timeline.ts";
import type { Message } from "../lib/protocol.ts";

const ME = { id: "me", name: "Ana" };
const START = Date.UTC(2026, 10, 22, 9, 0);
const MINUTE = 60_000;

function message(seq: number, author: string, minute: number): Message {
  const at = START + minute * MINUTE;
  const id = `m${seq}`;
  return { id, seq, rev: seq, at, posts: seq, author, name: author, body: id };
}

function timeline(
  messages: Message[],
  more: Partial<Parameters<typeof buildTimeline>[0]> = {},
): string[] {
  const dayKey = (at: number) => new Date(at).toISOString().slice(0, 10);
  const items = buildTimeline({
    messages,
    pending: [],
    me: ME,
    unreadAfter: null,
    more: false,
    dayKey,
    ...more,
  });
  return items.map((item) =>
    item.kind === "message" ? `${item.id}${item.first ? "*" : ""}` : item.kind
  );
}

Deno.test("Messages of one author within five minutes form a group", () => {
  const messages = [
    message(1, "a", 0),
    message(2, "a", 5),
    message(3, "a", 11),
    message(4, "b", 11),
    message(5, "a", 12),
  ];
  assertEquals(timeline(messages), ["day", "m1*", "m2", "m3*", "m4*", "m5*"]);
});

Deno.test("A new day has its line and begins a group", () => {
  const messages = [message(1, "a", 14 * 60 + 59), message(2, "a", 15 * 60)];
  assertEquals(timeline(messages), ["day", "m1*", "day", "m2*"]);
});

Deno.test("The unread line stands before the first unread message of others", () => {
  const messages = [
    message(1, "a", 0),
    message(2, "me", 1),
    message(3, "a", 1),
    message(4, "a", 1),
  ];
  assertEquals(
    timeline(messages, { unreadAfter: 1 }),
    ["day", "m1*", "m2*", "unread", "m3*", "m4"],
  );
  assertEquals(
    timeline(messages, { unreadAfter: 4 }).includes("unread"),
    false,
  );
});

Deno.test("The unread line stands where one marked messages as unread, also above one's own", () => {
  const messages = [
    message(1, "a", 0),
    message(2, "me", 1),
    message(3, "a", 1),
  ];
  assertEquals(
    timeline(messages, { unreadAfter: 1, marked: true }),
    ["day", "m1*", "unread", "m2*", "m3*"],
  );
});

Deno.test("The unread line is not shown where older unread messages are not held", () => {
  const messages = [message(7, "a", 0)];
  assertEquals(
    timeline(messages, { unreadAfter: 2, more: true }),
    ["day", "m7*"],
  );
  assertEquals(
    timeline(messages, { unreadAfter: 2 }),
    ["day", "unread", "m7*"],
  );
});

Deno.test("One's own pending rows come last, even by a clock that is behind", () => {
  const at = START - 24 * 60 * MINUTE;
  const pending = [
    {
      id: "p1",
      kind: "post" as const,
      body: "x",
      state: "pending" as const,
      at,
    },
  ];
  assertEquals(
    timeline([message(1, "me", 0)], { pending }),
    ["day", "m1*", "p1"],
  );
});
