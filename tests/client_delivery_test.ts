import { assert, assertEquals } from "@std/assert";
import {
  DeliveryChecker,
  type Finding,
  FINDINGS,
  summaryOf,
} from "../lib/client/delivery_checker.ts";
import { RoomState } from "../lib/client/room_state.ts";
import type {
  EntriesFrame,
  Entry,
  MessagesFrame,
  ServerFrame,
} from "../lib/protocol.ts";
import { entries, messages, posted } from "./support/client_fakes.ts";

const log = (count: number) =>
  Array.from({ length: count }, (_, i) => posted(i + 1));

/** A checker and a viewer who joined r1 and was answered with messages 1 to `seq`. */
function joined(seq = 0) {
  const checker = new DeliveryChecker();
  const viewer = checker.viewer("Ana", "ana");
  viewer.connected();
  viewer.sent({ type: "join", room: "r1", ref: 1 });
  viewer.received(messages(1, seq, { ref: 1 }));
  return { checker, viewer };
}

/** Nothing but this was found, as often as given. */
function assertFound(
  checker: DeliveryChecker,
  found: Partial<Record<Finding, number>>,
): void {
  const { examples, ...counts } = checker.report();
  const none = Object.fromEntries(FINDINGS.map((finding) => [finding, 0]));
  assertEquals(counts, { ...none, ...found } as typeof counts);
  assertEquals(examples.length > 0, Object.keys(found).length > 0);
}

function deletion(seq: number, message: string, posts: number): Entry {
  return {
    ...{ kind: "deleted", seq, id: `d-${seq}`, at: seq, posts, message },
    ...{ author: "other", name: "Other" },
  };
}

Deno.test("What arrives in order is fine, and says so in one line", () => {
  const { checker, viewer } = joined(2);
  viewer.received(entries([posted(3), posted(4)]));
  checker.log("r1", log(4));
  assertFound(checker, {});
  assertEquals(
    summaryOf(checker.report()),
    "lost 0, doubled 0, reordered 0, invented 0, differing 0",
  );
});

Deno.test("An entry left out is lost, one that comes late is out of order", () => {
  const { checker, viewer } = joined();
  viewer.received(entries([posted(1), posted(3), posted(4)]));
  assertFound(checker, { lost: 1 });
  viewer.received(entries([posted(2)]));
  assertFound(checker, { reordered: 1 });
});

Deno.test("An entry that comes twice to one subscription is doubled", () => {
  const { checker, viewer } = joined();
  viewer.received(entries([posted(1)]));
  viewer.received(entries([posted(1)]));
  assertFound(checker, { doubled: 1 });
});

Deno.test("A subscription that resumes begins behind what was held", () => {
  const { checker, viewer } = joined(3);
  viewer.sent({ type: "join", room: "lobby", ref: 2, after: 1 });
  viewer.received(entries([], 2));
  viewer.received(entries([posted(2), posted(3)]));
  assertFound(checker, {});
});

Deno.test("Entries of a room that was not joined are invented", () => {
  const { checker, viewer } = joined();
  viewer.connected();
  viewer.received(entries([posted(1)]));
  assertFound(checker, { invented: 1 });
});

Deno.test("Two viewers who got different entries, and one whom the log lacks", () => {
  const { checker, viewer } = joined();
  viewer.received(entries([posted(1), posted(2)]));
  const other = checker.viewer("Ben");
  other.sent({ type: "join", room: "r1", ref: 1 });
  other.received(messages(1, 0, { ref: 1 }));
  other.received(entries([posted(1, { body: "else" })]));
  assertFound(checker, { differing: 1 });
  checker.log("r1", log(1));
  assertFound(checker, { differing: 1, invented: 1 });
});

Deno.test("The log itself has no holes, no id twice and no order but one", () => {
  const { checker } = joined();
  checker.log("r1", [posted(1), posted(3, { posts: 2 })]);
  assertFound(checker, { lost: 1 });
  checker.log("r2", [posted(1), posted(2, { id: "id-1" })]);
  assertFound(checker, { lost: 1, doubled: 1 });
  checker.log("r3", [posted(1), posted(2, { at: 0 })]);
  assertFound(checker, { lost: 1, doubled: 1, reordered: 1 });
});

const post = { type: "post", room: "r1", id: "id-2", body: "body 2" } as const;
const acknowledged: ServerFrame = {
  ...{ type: "posted", room: "r1", id: "id-2", seq: 2 },
};

Deno.test("What was acknowledged has to be in the log, as it was written", () => {
  const { checker, viewer } = joined();
  viewer.sent(post);
  viewer.received(acknowledged);
  checker.log("r1", [posted(1), posted(2, { author: "ana" })]);
  assertFound(checker, {});
});

for (
  const [what, entries, found] of [
    ["is missing", log(1), "lost"],
    ["has another body", [
      posted(1),
      posted(2, { author: "ana", body: "x" }),
    ], "invented"],
    ["has another author", log(2), "invented"],
  ] as const
) {
  Deno.test(`What was acknowledged ${what}`, () => {
    const { checker, viewer } = joined();
    viewer.sent(post);
    viewer.received(acknowledged);
    checker.log("r1", entries);
    assertFound(checker, { [found]: 1 });
  });
}

Deno.test("What was written arrives, unless it was given up", () => {
  const { checker, viewer } = joined();
  viewer.wrote({ room: "r1", id: "w", kind: "post", body: "hello" });
  checker.log("r1", []);
  assertFound(checker, { lost: 1 });
  viewer.gaveUp("w");
  assertFound(checker, {});
});

function refused(retry: boolean): ServerFrame {
  return {
    ...{ type: "error", code: "id_taken", message: "No", retry },
    ...{ ref: "id-2", room: "r1", id: "id-2" },
  };
}

Deno.test("What is refused for good need not arrive, and has no place [L3]", () => {
  const { checker, viewer } = joined();
  viewer.wrote({ ...post, kind: "post" });
  viewer.sent(post);
  viewer.received(refused(false));
  checker.log("r1", log(1));
  assertFound(checker, {});
  // That the page shows it as failed, and keeps it so, excuses nobody.
  viewer.wrote({ ...post, kind: "post" });
  viewer.gaveUp("id-2");
  checker.log("r1", [posted(1), posted(2, { author: "ana" })]);
  assertFound(checker, { differing: 1 });
});

Deno.test("What was refused for now, or is sent again, may have a place", () => {
  for (const retry of [true, false]) {
    const { checker, viewer } = joined();
    viewer.sent(post);
    viewer.received(refused(retry));
    if (!retry) viewer.sent(post);
    checker.log("r1", [posted(1), posted(2, { author: "ana" })]);
    assertFound(checker, {});
  }
});

Deno.test("What one person wrote keeps its order", () => {
  const { checker, viewer } = joined();
  for (const n of [2, 1]) {
    viewer.wrote({ ...post, room: "r1", kind: "post", id: `id-${n}` });
  }
  checker.log(
    "r1",
    [1, 2].map((n) => posted(n, { author: "ana", body: "body 2" })),
  );
  assertFound(checker, { reordered: 1 });
});

Deno.test("A deleted text must not come with its deletion, nor afterwards", () => {
  const { checker, viewer } = joined();
  viewer.received(entries([posted(1), deletion(2, "id-1", 1)]));
  assertFound(checker, { differing: 1 });
  const blanked = posted(1, { body: "", deleted: true });
  checker.log("r1", [blanked, deletion(2, "id-1", 1)]);
  assertFound(checker, { differing: 1 });
  viewer.sent({ type: "join", room: "r1", ref: 2, after: 0 });
  viewer.received(entries([], 2));
  viewer.received(entries([blanked]));
  assertFound(checker, { differing: 1 });
  viewer.sent({ type: "join", room: "r1", ref: 3, after: 0 });
  viewer.received(entries([], 3));
  viewer.received(entries([posted(1)]));
  assertFound(checker, { differing: 2 });
});

/** A viewer's room in which messages 1 to 3 are held. */
function shown(over: Partial<MessagesFrame> = {}) {
  const { checker, viewer } = joined(3);
  const state = new RoomState("r1");
  state.applyMessages(messages(1, 3, over) as MessagesFrame);
  return { checker, viewer, state };
}

Deno.test("A room that shows the fold of the log is fine", () => {
  const { checker, viewer, state } = shown();
  viewer.shown(state, true);
  checker.log("r1", log(3));
  assertFound(checker, {});
  assert(state.loaded);
});

Deno.test("A settled room is at the head, others need not be", () => {
  const { checker, viewer, state } = shown();
  viewer.shown(state);
  checker.log("r1", log(5));
  assertFound(checker, {});
  viewer.shown(state, true);
  assertFound(checker, { lost: 2 });
  viewer.forgot("r1");
  assertFound(checker, {});
});

Deno.test("A message that is missing between others is lost", () => {
  const { checker, viewer, state } = shown();
  const held = state.messages;
  viewer.shown({ ...viewOf(state), messages: [held[0]!, held[2]!] }, true);
  checker.log("r1", log(3));
  assertFound(checker, { lost: 1 });
});

Deno.test("A text that the log never had differs", () => {
  const { checker, viewer, state } = shown();
  const [first, ...rest] = state.messages;
  const messages = [{ ...first!, body: "else" }, ...rest];
  viewer.shown({ ...viewOf(state), messages }, true);
  checker.log("r1", log(3));
  assertFound(checker, { differing: 1 });
});

Deno.test("A deletion that is not shown differs", () => {
  const { checker, viewer, state } = shown();
  const end = { ...viewOf(state), cursor: { seq: 4, id: "d-4" } };
  viewer.shown(end, true);
  const [, ...rest] = log(3);
  const first = posted(1, { body: "", deleted: true });
  checker.log("r1", [first, ...rest, deletion(4, "id-1", 3)]);
  assertFound(checker, { differing: 1 });
});

Deno.test("What is shown never goes back to what it was", () => {
  const { checker, viewer, state } = shown();
  const [first, ...rest] = state.messages;
  const newer = [{ ...first!, rev: 3 }, ...rest];
  viewer.shown({ ...viewOf(state), messages: newer });
  viewer.shown(state);
  assertFound(checker, { reordered: 1 });
});

Deno.test("A page can be checked without the log", () => {
  const { checker, viewer, state } = shown();
  const frame = entries([posted(4)]) as EntriesFrame;
  viewer.received(frame);
  state.applyEntries(frame);
  viewer.shown(state);
  assertFound(checker, {});
  const other = state.messages.with(3, { ...state.messages[3]!, body: "x" });
  viewer.shown({ ...viewOf(state), messages: other });
  assertFound(checker, { differing: 1 });
});

function viewOf(state: RoomState) {
  const { room, epoch, loaded, cursor, posts, more, messages } = state;
  return { room, epoch, loaded, cursor, posts, more, messages };
}
