/**
 * What every database must do for the log, by the numbers of its contract
 * (L1 to L9): each kind of database passes all of it.
 */
import { assertEquals, assertGreater } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { Appended } from "../lib/message_log.ts";
import { changesContract } from "./message_log_changes_contract.ts";
import { retentionContract } from "./message_log_retention_contract.ts";
import { readingContract } from "./message_log_reading_contract.ts";
import {
  assertRefused,
  LogHarness,
  type LogStore,
  type Rule,
} from "./support/log_harness.ts";

/** Registers the whole contract for one kind of database. */
export function messageLogContract(
  kind: string,
  newStore: () => LogStore,
): void {
  const rule: Rule = (name, test) =>
    Deno.test(`MessageLog on ${kind} ${name}`, async () => {
      const store = newStore();
      const harness = await LogHarness.start(store);
      try {
        await test(harness);
      } finally {
        await harness.close();
        await store.remove();
      }
    });
  numbering(rule);
  sameIds(rule);
  changesContract(rule);
  readingContract(rule);
  retentionContract(rule);
}

function numbering(rule: Rule): void {
  rule("numbers entries densely under concurrent appends [L1]", async (t) => {
    const rooms = [t.lobby, await t.room("One"), await t.room("Two")];
    const people = [t.ada, await t.person("Ben"), await t.person("Cleo")];
    const places = await Promise.all(
      Array.from({ length: 900 }, (_, i) =>
        t.post(`number ${i}`, {
          room: rooms[i % 3]!,
          author: people[i % 7 % 3]!,
        })),
    );
    for (const [i, room] of rooms.entries()) {
      const ids = (await t.checkFold(room)).map(({ id }) => id);
      const own = places.filter((_, place) => place % 3 === i);
      assertEquals(ids, own.map(({ id }) => id), "the order of the calls");
      assertEquals(own.map(({ seq }) => seq), ids.map((_, at) => at + 1));
      assertEquals(own.map(({ posts }) => posts), ids.map((_, at) => at + 1));
    }
  });

  rule("leaves no holes where entries are refused [L1]", async (t) => {
    const { id } = await t.post("one");
    await Promise.allSettled([
      t.post("another body", { id }),
      t.edit(uuidv7(), "no such message"),
      t.post("two"),
      t.post("one", { id }),
      t.delete(id, { author: await t.person("Ben") }),
      t.post("three"),
    ]);
    const bodies = (await t.checkFold()).map((entry) =>
      entry.kind === "posted" && entry.body
    );
    assertEquals(bodies, ["one", "two", "three"]);
  });

  rule("rings after the commit, once a batch and room [L6]", async (t) => {
    const room = await t.room("One");
    const seen: Promise<unknown>[] = [];
    const push = t.rung.push.bind(t.rung);
    t.rung.push = (...heads) => {
      for (const head of heads) {
        seen.push(t.log.head(head.room).then((now) => now!.seq >= head.seq));
      }
      return push(...heads);
    };
    const places = [t.post("a"), t.post("b"), t.post("c", { room })];
    await Promise.all(places);
    assertEquals(await Promise.all(seen), [true, true], "stored when it rings");
    const expected = [{ room: t.lobby, seq: 2, posts: 2 }];
    assertEquals(
      t.rung.toSorted((a, b) => b.seq - a.seq),
      [...expected, { room, seq: 1, posts: 1 }],
    );
    await t.post("a", { id: (await places[0]!).id });
    assertEquals(t.rung.length, 2, "nothing new, no doorbell");
  });

  rule("keeps times from running backwards in a room", async (t) => {
    const first = await t.post("one");
    t.now -= 5_000;
    const second = await t.post("two");
    assertEquals(second.at, first.at);
    t.now += 6_000;
    assertGreater((await t.post("three")).at, first.at);
  });

  rule("moves the author's read cursor with a post [D6]", async (t) => {
    const ben = await t.person("Ben");
    const stranger = uuidv7();
    const before = await cursor(t, t.ada);
    await Promise.all([
      t.post("from Ben", { author: ben }),
      t.post("from Ada"),
      t.post("from nobody who follows", { author: stranger }),
    ]);
    assertEquals(await cursor(t, ben), { seq: 1, posts: 1, version: 3 });
    assertEquals(await cursor(t, t.ada), {
      ...{ seq: 2, posts: 2, version: before!.version + 1 },
    });
    assertEquals(await cursor(t, stranger), undefined);
    const own = (await t.entries())[1]!.id;
    await t.edit(own, "changed");
    assertEquals((await cursor(t, t.ada))!.seq, 2, "editing is not reading");
  });
}

function cursor(t: LogHarness, person: string) {
  return t.db.read.selectFrom("memberships as m")
    .innerJoin("persons as p", "p.id", "m.person")
    .where("m.person", "=", person).where("m.room", "=", t.lobby)
    .select(["m.last_read as seq", "m.last_read_posts as posts"])
    .select("p.head as version").executeTakeFirst()
    .then((row) => row && { ...row });
}

function sameIds(rule: Rule): void {
  rule("gives the first entry for the same id [L3]", async (t) => {
    const id = uuidv7();
    const twice = await Promise.all([t.post("a", { id }), t.post("a", { id })]);
    const later = await t.post("a", { id });
    const [first] = twice as [Appended, Appended];
    assertEquals(first.repeated, false);
    assertEquals(
      [twice[1], later],
      Array(2).fill({ ...first, repeated: true }),
    );
    assertEquals((await t.checkFold()).length, 1);
    assertEquals(t.store.errors, [], "without a failed attempt");
  });

  rule("keeps the same id apart in two rooms [L3]", async (t) => {
    const id = uuidv7();
    const room = await t.room("One");
    await t.post("a", { id });
    const { repeated } = await t.post("b", { id, room });
    assertEquals(repeated, false);
  });

  rule("refuses an id that was used for something else [L3]", async (t) => {
    const ben = await t.person("Ben");
    const { id } = await t.post("a");
    const other = await t.post("other");
    const edit = await t.edit(id, "b");
    for (
      const draft of [
        { kind: "posted", id, body: "b" },
        { kind: "posted", id, body: "a", author: ben },
        { kind: "edited", id, body: "a", message: other.id },
        { kind: "deleted", id, message: id },
        { kind: "edited", id: edit.id, body: "b", message: other.id },
        { kind: "edited", id: edit.id, body: "c", message: id },
        { kind: "posted", id: edit.id, body: "b" },
      ]
    ) await assertRefused("id_taken", t.append(draft));
    assertEquals((await t.checkFold()).length, 3);
  });

  rule("knows the id of a message that was deleted since [L3]", async (t) => {
    const posted = await t.post("a");
    const edited = await t.edit(posted.id, "b");
    const deleted = await t.delete(posted.id);
    for (
      const [place, again] of [
        [posted, t.post("a", { id: posted.id })],
        [edited, t.edit(posted.id, "b", { id: edited.id })],
        [deleted, t.delete(posted.id, { id: deleted.id })],
      ] as const
    ) assertEquals(await again, { ...place, repeated: true });
    const ben = await t.person("Ben");
    const stolen = t.post("a", { id: posted.id, author: ben });
    await assertRefused("id_taken", stolen);
    const { id } = edited;
    await assertRefused("id_taken", t.delete(posted.id, { id }));
  });
}
