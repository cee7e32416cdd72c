/** Of what people are told on the desktop. */
import { assertEquals } from "@std/assert";
import {
  mayTell,
  newsSince,
  toldCount,
  toldMessages,
  USUAL_NOTICES,
} from "../lib/client/telling.ts";
import type { FollowedRoom, Message } from "../lib/protocol.ts";

function room(over: Partial<FollowedRoom> = {}): FollowedRoom {
  return {
    ...{ room: "r1", slug: "boats", name: "Boats", kind: "open" },
    ...{ head: 9, posts: 9, lastRead: 5, lastReadPosts: 5 },
    ...over,
  };
}

function message(seq: number, over: Partial<Message> = {}): Message {
  return {
    ...{ id: `m${seq}`, seq, rev: seq, at: seq, posts: seq },
    ...{ author: "omar", name: "Omar", body: "Hi" },
    ...over,
  };
}

const ana = { id: "ana", name: "Ana" };
const here = { id: "here", name: "here" };
const MESSAGES = [
  message(5, { mentions: [ana] }),
  message(6),
  message(7, { mentions: [ana] }),
  message(8, { author: "ana", mentions: [here] }),
  message(9, { mentions: [here] }),
  message(10, { deleted: true, body: "" }),
  message(11, { kind: "settings", body: "" }),
];

Deno.test("One is told of all, of mentions or of nothing, as one chose or as is usual", () => {
  const told = (over: Partial<FollowedRoom>) =>
    toldMessages(MESSAGES, { room: room(over), after: 5 }, "ana")
      .map(({ seq }) => seq);
  assertEquals(told({}), [7, 9]);
  assertEquals(told({ kind: "private" }), [7, 9]);
  assertEquals(told({ kind: "direct" }), [6, 7, 9]);
  assertEquals(told({ notify: "all" }), [6, 7, 9]);
  assertEquals(told({ kind: "direct", notify: "mentions" }), [7, 9]);
  assertEquals(told({ kind: "direct", notify: "nothing" }), []);
});

Deno.test("News is what grew, is not read, and is in a room that was there before", () => {
  const before = new Map([["r1", 7], ["r2", 7], ["r3", 7], ["r4", 9]]);
  const rooms = [
    room(),
    room({ room: "r2", notify: "nothing" }),
    room({ room: "r3" }),
    room({ room: "r4" }),
    room({ room: "r5" }),
  ];
  const lastRead = (id: string) => id === "r3" ? 9 : 5;
  const news = newsSince(before, rooms, lastRead);
  assertEquals(news.map(({ room, after }) => [room.room, after]), [["r1", 7]]);
  const partly = newsSince(before, [room()], () => 8);
  assertEquals(partly.map(({ after }) => after), [8]);
});

Deno.test("Nothing is told unless asked for, nor while one is left alone or looks at a page", () => {
  const on = { ...USUAL_NOTICES, on: true };
  assertEquals(mayTell(USUAL_NOTICES, { now: 5, isWatched: false }), false);
  assertEquals(mayTell(on, { now: 5, isWatched: false }), true);
  assertEquals(mayTell(on, { now: 5, isWatched: true }), false);
  const quiet = { ...on, quietUntil: 6 };
  assertEquals(mayTell(quiet, { now: 5, isWatched: false }), false);
  assertEquals(mayTell(quiet, { now: 6, isWatched: false }), true);
  assertEquals(USUAL_NOTICES.sound, false);
});

Deno.test("The title counts what one is told of", () => {
  const counts = { unread: 5, mentions: 2 };
  assertEquals(toldCount(room(), counts), 2);
  assertEquals(toldCount(room({ kind: "direct" }), counts), 5);
  assertEquals(toldCount(room({ notify: "all" }), counts), 5);
  assertEquals(toldCount(room({ notify: "nothing" }), counts), 0);
});
