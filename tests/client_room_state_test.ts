import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  type EntriesFrame,
  type Entry,
  type Message,
  messageOf,
  type MessagesFrame,
} from "../lib/protocol.ts";
import { KEPT_CHANGES } from "../lib/client/message_list.ts";
import { LIVE_MESSAGES, RoomState } from "../lib/client/room_state.ts";

// --- A reference: the log as a server would hold it ------------------------------

type Step =
  | { kind: "posted"; author: number }
  | { kind: "edited" | "deleted"; target: number }
  | { kind: "renamed"; author: number };

/** A room's log, read as of any head; bodies of deleted messages are blank (L7). */
class Log {
  readonly entries: Entry[] = [];
  #names: { seq: number; author: string; name: string }[] = [];
  #deletedAt = new Map<string, number>();

  constructor(steps: readonly Step[] = [], readonly epoch = "e1") {
    for (const step of steps) this.add(step);
  }

  get head(): number {
    return this.entries.length;
  }

  add(step: Step): void {
    const seq = this.head + 1;
    const posted = this.entries.filter((entry) => entry.kind === "posted");
    if (step.kind === "renamed") {
      this.#names.push({
        seq,
        author: `p${step.author}`,
        name: `Name ${step.author} as of ${seq}`,
      });
      return;
    }
    const base = { seq, id: `id-${seq}`, at: seq * 1000, name: "" };
    if (step.kind === "posted") {
      const author = `p${step.author}`;
      const posts = posted.length + 1;
      this.entries.push({
        ...{ ...base, kind: "posted", posts, author, body: `body ${seq}` },
      });
      return;
    }
    const target = posted[step.target % posted.length];
    if (!target || this.#deletedAt.has(target.id)) return;
    const { id: message, author } = target;
    const posts = posted.length;
    if (step.kind === "deleted") {
      this.#deletedAt.set(message, seq);
      this.entries.push({ ...base, kind: "deleted", posts, author, message });
    } else {
      const body = `edit ${seq}`;
      this.entries.push({
        ...base,
        kind: "edited",
        posts,
        author,
        message,
        body,
      });
    }
  }

  name(author: string, asOf: number): string {
    const names = this.#names.filter((name) =>
      name.author === author && name.seq <= asOf + 1
    );
    return names.at(-1)?.name ?? author;
  }

  /** Entries in (after, to], as encoded when the head was `asOf`. */
  read(after: number, to: number, asOf = to): Entry[] {
    return this.entries.slice(after, to).map((entry) => {
      const message = messageOf(entry);
      const name = this.name(entry.author, asOf);
      const gone = (this.#deletedAt.get(message) ?? Infinity) <= asOf;
      if (entry.kind === "deleted" || !gone) return { ...entry, name };
      return { ...entry, name, body: "", deleted: true };
    });
  }

  /** The fold: every message's state as of `seq`, written as plainly as can be. */
  fold(seq: number): Message[] {
    const messages: Message[] = [];
    for (const entry of this.entries.slice(0, seq)) {
      const { kind: _, ...base } = entry;
      if (entry.kind === "posted") {
        const name = this.name(entry.author, seq);
        messages.push({ ...base, rev: entry.seq, body: entry.body, name });
        continue;
      }
      const message = messages.find(({ id }) => id === messageOf(entry))!;
      message.rev = entry.seq;
      if (entry.kind === "edited") {
        message.body = entry.body;
        message.editedAt = entry.at;
      } else {
        message.body = "";
        message.deleted = true;
        delete message.editedAt;
      }
    }
    return messages;
  }

  page(asOf: number, before: number, limit: number): MessagesFrame {
    const older = this.fold(asOf).filter(({ seq }) => seq < before);
    const messages = older.slice(-limit);
    return {
      type: "messages",
      room: "r",
      epoch: this.epoch,
      seq: asOf,
      id: this.entries[asOf - 1]?.id ?? "",
      posts: this.entries[asOf - 1]?.posts ?? 0,
      messages,
      more: older.length > messages.length,
    };
  }

  reset(asOf: number, limit: number): MessagesFrame {
    return { ...this.page(asOf, Infinity, limit), reset: true };
  }

  frame(entries: Entry[]): EntriesFrame {
    return { type: "entries", room: "r", epoch: this.epoch, entries };
  }
}

function posts(count: number): Step[] {
  return Array.from({ length: count }, () => ({ kind: "posted", author: 0 }));
}

const edit = (target: number): Step => ({ kind: "edited", target });
const remove = (target: number): Step => ({ kind: "deleted", target });

/** A state that was reset at `seq` with the newest `limit` messages. */
function stateAt(log: Log, seq: number, limit = 100): RoomState {
  const state = new RoomState("r");
  state.applyMessages(log.reset(seq, limit));
  return state;
}

function bodies(state: RoomState): string[] {
  return state.messages.map(({ body }) => body);
}

// --- The law --------------------------------------------------------------------

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("posted" as const),
      author: fc.nat(2),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("edited" as const, "deleted" as const),
      target: fc.nat(30),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("renamed" as const),
      author: fc.nat(2),
    }),
  },
);

/** What happens on the way: how far, how old, how much, in parts of the possible. */
const happening = fc.record({
  what: fc.constantFrom(
    "entries",
    "entries",
    "entries",
    "repeated",
    "gap",
    "page",
    "page",
    "reset",
    "trim",
  ),
  a: fc.double({ min: 0, max: 1, noNaN: true }),
  b: fc.double({ min: 0, max: 1, noNaN: true }),
  size: fc.integer({ min: 1, max: 6 }),
});

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** An integer from `low` to `high`, by a part from 0 to 1. */
function pick(part: number, low: number, high: number): number {
  return low + Math.round(part * Math.max(0, high - low));
}

function happen(log: Log, state: RoomState, { what, a, b, size }: Happening) {
  const { seq } = state.cursor;
  const to = Math.min(log.head, seq + size);
  const encoded = pick(a, to, log.head);
  if (what === "entries") {
    state.applyEntries(log.frame(log.read(seq, to, encoded)));
  } else if (what === "repeated") {
    const after = pick(b, 0, seq);
    state.applyEntries(log.frame(log.read(after, to, encoded)));
  } else if (what === "gap") {
    const entries = log.read(seq, log.head).filter((_, i) => i !== size - 1);
    const gap = entries.length >= size;
    const applied = state.applyEntries(log.frame(entries));
    assertEquals(applied === "gap", gap);
  } else if (what === "page") {
    // Pages may have been read long ago or ahead of the cursor, and overlap.
    const oldest = state.messages[0]?.seq ?? seq + 1;
    const before = b < 0.5 ? oldest : pick(b, oldest, log.head + 1);
    state.applyMessages(log.page(pick(a, before - 1, log.head), before, size));
  } else if (what === "reset") {
    state.applyMessages(log.reset(pick(a, seq, log.head), size));
  } else state.trim(size);
}

/** While a message is held it never gets older, and a blank one stays blank. */
function assertNothingOlder(
  before: readonly Message[],
  state: RoomState,
): void {
  for (const old of before) {
    const message = state.get(old.id);
    if (!message) continue;
    assert(message.rev >= old.rev, "newer wins");
    if (old.deleted) assertEquals(message.body, "");
  }
}

/** Held messages are the newest of the fold, at least as new as at the cursor. */
function assertOnTheWay(log: Log, state: RoomState): void {
  const fold = log.fold(state.cursor.seq);
  const held = state.messages;
  const ids = fold.slice(fold.length - held.length).map(({ id }) => id);
  assertEquals(held.map(({ id }) => id), ids);
  if (held.length < fold.length) assert(state.more, "older messages exist");
  held.forEach((message, i) => {
    const expected = fold[fold.length - held.length + i]!;
    assert(message.rev >= expected.rev || message.deleted, "newer wins");
    if (expected.deleted) assertEquals(message.body, "");
  });
}

Deno.test("RoomState equals the fold of the log whatever path it took [C2, L7]", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.array(happening, { maxLength: 30 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (steps, happenings, start) => {
        const log = new Log(steps);
        const state = stateAt(log, pick(start, 0, log.head), 5);
        for (const next of happenings) {
          const before = next.what === "reset" ? [] : state.messages;
          happen(log, state, next);
          assertNothingOlder(before, state);
          assertOnTheWay(log, state);
        }
        // Catch up: the rest of the log, then every older page.
        const rest = log.read(state.cursor.seq, log.head, log.head);
        state.applyEntries(log.frame(rest));
        for (let turn = 0; state.more; turn++) {
          assert(turn < 100, "older pages come to an end");
          const before = state.messages[0]?.seq ?? state.cursor.seq + 1;
          state.applyMessages(log.page(log.head, before, 4));
        }
        const names = new Set<string>();
        for (const message of state.messages) {
          names.add(`${message.author} ${message.name}`);
        }
        const authors = new Set(state.messages.map(({ author }) => author));
        assertEquals(names.size, authors.size, "one name for each author");
        const nameless = (message: Message) => ({ ...message, name: "" });
        assertEquals(
          state.messages.map(nameless),
          log.fold(log.head).map(nameless),
        );
        assertEquals(state.posts, log.entries.at(-1)?.posts ?? 0);
      },
    ),
    { numRuns: 500 },
  );
});

// --- One by one -------------------------------------------------------------------

Deno.test("RoomState ignores entries at or below its cursor [C2]", () => {
  const log = new Log(posts(3));
  const state = stateAt(log, 2);
  const { messages, version } = state;
  assertEquals(state.applyEntries(log.frame(log.read(0, 2))), "ignored");
  assertStrictEquals(state.messages, messages);
  assertEquals(state.version, version);
  assertEquals(state.applyEntries(log.frame(log.read(0, 3))), "applied");
  assertEquals(bodies(state), ["body 1", "body 2", "body 3"]);
});

Deno.test("RoomState reports a gap and keeps what came before it [C2, L1]", () => {
  const log = new Log(posts(5));
  const state = stateAt(log, 1);
  const [second, , fourth] = log.read(1, 5);
  assertEquals(state.applyEntries(log.frame([second!, fourth!])), "gap");
  assertEquals(state.cursor, { seq: 2, id: "id-2" });
  assertEquals(bodies(state), ["body 1", "body 2"]);
});

Deno.test("RoomState reports a gap when its own entry has another id or epoch [L9]", () => {
  const log = new Log(posts(3));
  const state = stateAt(log, 2);
  const other = log.read(1, 3).map((entry) => ({
    ...entry,
    id: `x${entry.seq}`,
  }));
  assertEquals(state.applyEntries(log.frame(other)), "gap");
  const restored = new Log(posts(3), "e2");
  assertEquals(state.applyEntries(restored.frame(restored.read(2, 3))), "gap");
  assertEquals(state.cursor.seq, 2);
});

Deno.test("RoomState keeps changes of messages that come with an older page [C2]", () => {
  const log = new Log([...posts(4), edit(0), remove(1)]);
  const state = stateAt(log, 4, 2);
  const page = log.page(4, 3, 10);
  state.applyEntries(log.frame(log.read(4, 6)));
  assertEquals(state.applyMessages(page), "applied");
  assertEquals(bodies(state), ["edit 5", "", "body 3", "body 4"]);
  assertEquals(state.messages[0]!.editedAt, 5000);
  assertEquals(state.messages[1]!.deleted, true);
});

Deno.test("RoomState blanks a kept edit when the message is deleted [L7]", () => {
  const log = new Log([...posts(2), edit(0), remove(0)]);
  const state = stateAt(log, 2, 1);
  const page = log.page(2, 2, 10);
  state.applyEntries(log.frame(log.read(2, 3, 3)));
  state.applyEntries(log.frame(log.read(3, 4, 4)));
  state.applyMessages(page);
  assertEquals(bodies(state), ["", "body 2"]);
});

Deno.test("RoomState prefers a page's state to an older change it kept [C2]", () => {
  const log = new Log([...posts(2), edit(0), edit(0)]);
  const state = stateAt(log, 2, 1);
  state.applyEntries(log.frame(log.read(2, 3)));
  state.applyMessages(log.page(4, 2, 10));
  assertEquals(bodies(state), ["edit 4", "body 2"]);
});

Deno.test("RoomState keeps a page's state when the changes it holds come one after another [C2]", () => {
  const log = new Log([...posts(2), edit(0), edit(0)]);
  const state = stateAt(log, 2, 1);
  state.applyMessages(log.page(4, 2, 10));
  for (const seq of [2, 3]) {
    state.applyEntries(log.frame(log.read(seq, seq + 1)));
    assertEquals(bodies(state), ["edit 4", "body 2"]);
  }
});

Deno.test("RoomState refuses a page that may lack changes it has forgotten [C2]", () => {
  const count = KEPT_CHANGES + 2;
  const log = new Log(posts(count));
  const stale = log.page(log.head, count, 500);
  const state = stateAt(log, log.head, 1);
  for (let i = 0; i < count - 1; i++) log.add(edit(i));
  state.applyEntries(log.frame(log.read(count, log.head)));
  assertEquals(state.applyMessages(stale), "stale");
  assertEquals(state.applyMessages(log.page(log.head, count, 500)), "applied");
  assertEquals(bodies(state), log.fold(log.head).map(({ body }) => body));
});

Deno.test("RoomState replaces all it holds by a reset [D2]", () => {
  const log = new Log(posts(20));
  const state = stateAt(log, 5);
  assertEquals(state.applyMessages(log.reset(20, 3)), "applied");
  assertEquals(bodies(state), ["body 18", "body 19", "body 20"]);
  assertEquals(state.get("id-5"), undefined);
  assertEquals(state.cursor, { seq: 20, id: "id-20" });
});

Deno.test("RoomState blanks a deleted message for good, even where an edit was not [L7]", () => {
  const log = new Log([...posts(1), edit(0), remove(0)]);
  const state = stateAt(log, 0);
  state.applyEntries(log.frame(log.read(0, 1, 3)));
  state.applyMessages(log.page(2, 9, 5));
  assertEquals(bodies(state), [""]);
  state.applyEntries(log.frame(log.read(1, 2, 2)));
  assertEquals(bodies(state), [""]);
});

Deno.test("RoomState learns from the oldest page whether there are older messages", () => {
  const log = new Log(posts(9));
  const state = stateAt(log, 9, 3);
  state.applyMessages(log.page(9, 7, 6));
  assertEquals(state.more, false);
  // A page inside what is held says nothing about it.
  state.applyMessages(log.page(9, 9, 2));
  assertEquals(state.more, false);
});

Deno.test("RoomState refuses a page that would leave a hole [C2]", () => {
  const log = new Log(posts(20));
  const state = stateAt(log, 20, 3);
  assertEquals(state.applyMessages(log.page(20, 10, 5)), "stale");
  assertEquals(state.messages.length, 3);
});

Deno.test("RoomState never mixes pages of another epoch [L9]", () => {
  const log = new Log(posts(5));
  const state = stateAt(log, 5, 2);
  const other = new Log(posts(5), "e2");
  assertEquals(state.applyMessages(other.page(5, 4, 5)), "ignored");
  assertEquals(state.applyMessages(other.reset(5, 5)), "applied");
  assertEquals(state.epoch, "e2");
});

Deno.test("RoomState keeps its arrays while nothing in them changes", () => {
  const log = new Log([...posts(2), edit(0)]);
  const state = stateAt(log, 2);
  const { messages, pending, changes } = state;
  state.putRow({ id: "x", room: "r", kind: "post", body: "hi", at: 1 });
  assertStrictEquals(state.messages, messages);
  assert(state.pending !== pending);
  assert(state.changes !== changes);
  state.applyEntries(log.frame(log.read(2, 3)));
  assert(state.messages !== messages);
  assertEquals(messages[0]!.body, "body 1", "a handed out array never changes");
});

Deno.test("RoomState shows an author's newest name on all messages", () => {
  const log = new Log([
    { kind: "posted", author: 1 },
    { kind: "posted", author: 2 },
    { kind: "renamed", author: 1 },
    { kind: "posted", author: 1 },
  ]);
  const state = stateAt(log, 2, 1);
  // The page was read before the rename and comes after it.
  const old = log.page(2, 2, 5);
  old.messages[0]!.name = "Old";
  state.applyEntries(log.frame(log.read(2, 3)));
  assertEquals(state.applyMessages(old), "applied");
  const name = "Name 1 as of 3";
  assertEquals(state.messages.map((m) => m.name), [name, "p2", name]);
  state.rename({ id: "p1", name: "Newest" });
  assertEquals(state.messages.map((m) => m.name), ["Newest", "p2", "Newest"]);
});

Deno.test("RoomState forgets the oldest messages of a long day, and loads them again", () => {
  const log = new Log(posts(1));
  const state = stateAt(log, 1);
  const total = LIVE_MESSAGES + 600;
  const entries = Array.from({ length: total - 1 }, (_, i): Entry => ({
    ...{ kind: "posted", seq: i + 2, id: `id-${i + 2}`, at: 1, posts: i + 2 },
    ...{ author: "p0", name: "p0", body: "x" },
  }));
  for (const entry of entries) state.applyEntries(log.frame([entry]));
  assert(state.messages.length <= LIVE_MESSAGES + 500);
  assertEquals(state.messages.at(-1)!.seq, total);
  assert(state.more);
});

Deno.test("RoomState shows a sent row until its entry is applied, whichever comes first [C1]", () => {
  const row = {
    id: "id-2",
    room: "r",
    kind: "post" as const,
    body: "b",
    at: 1,
  };
  const log = new Log(posts(2));
  const ids = (state: RoomState) => [
    ...state.messages.map(({ id }) => id),
    ...state.pending.map(({ id }) => id),
  ];
  const ackFirst = stateAt(log, 1);
  ackFirst.putRow(row);
  ackFirst.acknowledgeRow("id-2", 2);
  assertEquals(ids(ackFirst), ["id-1", "id-2"]);
  ackFirst.applyEntries(log.frame(log.read(1, 2)));
  assertEquals(ids(ackFirst), ["id-1", "id-2"]);
  assertEquals(ackFirst.pending, []);

  const entryFirst = stateAt(log, 1);
  entryFirst.putRow(row);
  entryFirst.applyEntries(log.frame(log.read(1, 2)));
  entryFirst.acknowledgeRow("id-2", 2);
  assertEquals(ids(entryFirst), ["id-1", "id-2"]);
  assertEquals(entryFirst.pending, []);
});

Deno.test("RoomState keeps own rows over a reset, except those it contains [C1]", () => {
  const log = new Log(posts(5));
  const state = stateAt(log, 1);
  for (const id of ["id-2", "id-5", "mine"]) {
    state.putRow({ id, room: "r", kind: "post", body: "b", at: 1 });
  }
  // Acknowledged, but older than the newest page.
  state.acknowledgeRow("id-2", 2);
  state.putRow({
    id: "change",
    room: "r",
    kind: "delete",
    message: "id-1",
    at: 1,
  });
  state.acknowledgeRow("change", 5);
  state.applyMessages(log.reset(5, 1));
  assertEquals(state.pending.map(({ id }) => id), ["mine"]);
  assertEquals(state.changes.size, 0);
  state.acknowledgeRow("mine", 6);
  assertEquals(state.unacknowledgedRows(), []);
  state.applyMessages(new Log(posts(5), "e2").reset(5, 1));
  assertEquals(state.unacknowledgedRows().map(({ id }) => id), ["mine"]);
});
