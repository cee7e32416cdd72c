/** The part of the log's contract that is about what is too old (L8). */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { Appended, Trimmed } from "../lib/message_log.ts";
import {
  assertRefused,
  type LogHarness,
  type Rule,
} from "./support/log_harness.ts";

/** Removes all that is older than now, in however many pieces. */
async function trimAll(t: LogHarness, room = t.lobby): Promise<void> {
  while (await t.log.trim(room, t.now));
}

async function countOf(t: LogHarness, table: "entries" | "messages") {
  const { count } = await t.db.read.selectFrom(table)
    .where("room", "=", t.lobby)
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function follows(t: LogHarness, person: string) {
  const { rooms } = await t.rooms.followed(person);
  const { posts, lastReadPosts } = rooms.find(({ room }) => room === t.lobby)!;
  return posts - lastReadPosts;
}

/** Registers the rules on retention. */
export function retentionContract(rule: Rule): void {
  trimming(rule);
  sameIds(rule);
  unread(rule);
}

function trimming(rule: Rule): void {
  rule("removes what is too old, and nothing else [L8]", async (t) => {
    const old = [await t.post("old one"), await t.post("old two")];
    const edit = await t.edit(old[0]!.id, "old and edited");
    t.now += 1_000;
    await t.post("young");
    assertEquals(await t.log.trim(t.lobby, t.now - 1_000), false, "not yet");
    assertEquals((await t.checkFold()).length, 4);
    await trimAll(t);
    const entries = await t.checkFold();
    assertEquals(entries.map(({ seq }) => seq), [edit.seq + 1]);
    assertEquals((await t.log.head(t.lobby))!.floor, edit.seq + 1);
    assertEquals([await countOf(t, "entries"), await countOf(t, "messages")], [
      1,
      1,
    ]);
    assertEquals(t.trimmed.at(-1), {
      ...{ room: t.lobby, floor: 4, posts: 2, more: false },
    });
    const next = await t.post("next");
    assertEquals([next.seq, next.posts], [5, 4], "the numbers go on");
    assertEquals((await t.checkFold()).length, 2);
  });

  rule("leaves an empty log that goes on where it was [L8]", async (t) => {
    await t.post("one");
    const last = await t.post("two");
    t.now += 1;
    await trimAll(t);
    assertEquals(await t.checkFold(), []);
    const page = (await t.log.page(t.lobby, { limit: 5 }))!;
    assertEquals(page, {
      ...{ seq: 2, id: last.id, posts: 2, messages: [], more: false },
    });
    const { floor, seq } = (await t.log.head(t.lobby))!;
    assertEquals([floor, seq], [3, 2]);
    assertEquals(
      await t.log.entryId(t.lobby, 2),
      last.id,
      "who has it goes on",
    );
    assertEquals(await t.log.entryId(t.lobby, 1), null);
    await t.close();
    await t.open();
    assertEquals((await t.post("three")).seq, 3);
    assertEquals((await t.checkFold()).length, 1);
    assertEquals(await t.log.trim(t.lobby, t.now), false);
    assertEquals(await t.log.trim(uuidv7(), t.now), false, "no such room");
  });

  rule("lets a message go with its later edits [L8]", async (t) => {
    const { id } = await t.post("secret one");
    t.now += 1;
    await t.edit(id, "secret two");
    const kept = await t.post("kept");
    await trimAll(t);
    const entries = await t.checkFold();
    assertEquals(entries.length, 2);
    assert(!JSON.stringify(entries).includes("secret"));
    assert(entries[0]!.kind === "edited" && entries[0]!.deleted);
    await assertRefused("no_message", t.edit(id, "secret three"));
    await assertRefused("no_message", t.delete(id));
    await t.edit(kept.id, "kept and edited");
    assertEquals((await t.messages()).map(({ body }) => body), [
      "kept and edited",
    ]);
  });

  rule(
    "removes a long log piece by piece, dense all the time [L8]",
    async (t) => {
      const places = Array.from({ length: 350 }, (_, i) => t.post(`no ${i}`));
      await Promise.all(places);
      t.now += 1;
      const young = await t.post("young");
      const floors: number[] = [];
      while (await t.log.trim(t.lobby, t.now)) {
        floors.push((await t.log.head(t.lobby))!.floor);
        const entries = await t.checkFold();
        assertEquals(entries.length, young.seq + 1 - floors.at(-1)!);
        assertEquals(await countOf(t, "messages"), entries.length);
      }
      assert(floors.length > 1, `${floors.length} pieces`);
      assertEquals(t.trimmed.map(({ floor }: Trimmed) => floor).at(-1), 351);
      assertEquals((await t.checkFold()).map(({ id }) => id), [young.id]);
    },
  );

  rule("stays the fold of its log, whatever goes [L8]", async (t) => {
    const ids = Array.from({ length: 5 }, () => uuidv7());
    const step = fc.record({
      kind: fc.constantFrom("posted", "edited", "deleted", "trim"),
      id: fc.oneof(fc.constantFrom(...ids), fc.uuid({ version: 7 })),
      message: fc.constantFrom(...ids),
      body: fc.constantFrom("a", "b"),
      wait: fc.boolean(),
    });
    let rooms = 0;
    const law = fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      async (steps) => {
        const room = await t.room(`Room ${++rooms}`);
        const stored = new Map<string, number>();
        for (const { kind, wait, ...draft } of steps) {
          if (wait) t.now += 1;
          if (kind === "trim") await trimAll(t, room);
          else {
            const place = await t.append({ kind, ...draft, room })
              .catch(() => null) as Appended | null;
            if (!place) continue;
            assertEquals(stored.get(place.id) ?? place.seq, place.seq);
            stored.set(place.id, place.seq);
          }
          await t.checkFold(room);
        }
        const seqs = [...stored.values()].sort((a, b) => a - b);
        assertEquals(seqs, seqs.map((_, i) => i + 1), "each id once");
      },
    );
    await fc.assert(law, { numRuns: 30 });
  });
}

function sameIds(rule: Rule): void {
  rule(
    "gives the place of an id that is gone, and stores nothing [L3]",
    async (t) => {
      const posted = await t.post("a");
      const edited = await t.edit(posted.id, "b");
      t.now += 1;
      await t.post("young");
      await trimAll(t);
      const { id } = posted;
      const again = { ...posted, repeated: true };
      assertEquals(await t.log.knows(t.lobby, id), true);
      assertEquals(await t.post("a", { id }), again);
      assertEquals(await t.post("another body", { id }), again);
      assertEquals(await t.edit(id, "b", { id: edited.id }), {
        ...edited,
        repeated: true,
      });
      const room = await t.room("One");
      assertEquals((await t.post("a", { id, room })).repeated, false);
      assertEquals((await t.checkFold()).length, 1);
      assertEquals(t.store.errors, []);
    },
  );
}

function unread(rule: Rule): void {
  rule("counts nothing that is gone as unread [L8]", async (t) => {
    const ben = await t.person("Ben");
    await t.post("one");
    await t.post("two");
    t.now += 1;
    await t.post("three");
    assertEquals(await follows(t, ben), 3);
    await trimAll(t);
    assertEquals(await follows(t, ben), 1);
    const cursor = { person: ben, room: t.lobby };
    await t.db.write("markRead", [{ ...cursor, seq: 1 }]);
    assertEquals(await follows(t, ben), 1, "gone entries can't be read");
    await t.db.write("markRead", [{ ...cursor, seq: 3 }]);
    assertEquals(await follows(t, ben), 0);
    t.now += 1;
    await trimAll(t);
    await t.post("four");
    assertEquals(await follows(t, ben), 1);
  });
}
