/** The part of the log's contract that is about reading. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { LogHarness, Rule } from "./support/log_harness.ts";

const MUCH = { limit: 1_000, bytes: 1_000_000 };

async function postMany(t: LogHarness, count: number): Promise<void> {
  const places = Array.from({ length: count }, (_, i) => t.post(`no ${i + 1}`));
  await Promise.all(places);
}

/** Registers the rules on reading. */
export function readingContract(rule: Rule): void {
  forwards(rule);
  snapshots(rule);
  identities(rule);
  floors(rule);
}

function forwards(rule: Rule): void {
  rule("reads forward, oldest first, within bounds [L5]", async (t) => {
    await postMany(t, 150);
    const seqs = async (after: number, limit: number, bytes = 1_000_000) =>
      (await t.log.read(t.lobby, { after, limit, bytes })).map((e) => e.seq);
    assertEquals(await seqs(0, 3), [1, 2, 3]);
    assertEquals(await seqs(147, 10), [148, 149, 150]);
    assertEquals((await seqs(10, 100)).length, 100);
    assertEquals((await seqs(0, 1000)).length, 150);
    assertEquals(await seqs(150, 10), []);
    assertEquals(await seqs(20, 10, 1), [21], "at least one");
    const some = await seqs(0, 1000, 20_000);
    assert(some.length > 10 && some.length < 100, `${some.length} in 20 kB`);
  });

  rule("reads the newest entries, oldest first", async (t) => {
    assertEquals(await t.log.newest(t.lobby, MUCH), []);
    await postMany(t, 150);
    const all = await t.entries();
    assertEquals(await t.log.newest(t.lobby, MUCH), all);
    const few = { limit: 100, bytes: 1_000_000 };
    assertEquals(await t.log.newest(t.lobby, few), all.slice(-100));
    const tight = { limit: 100, bytes: 1 };
    assertEquals(await t.log.newest(t.lobby, tight), all.slice(-1));
  });

  rule("counts long bodies in bytes, not in characters", async (t) => {
    for (let i = 0; i < 4; i++) await t.post("€".repeat(1000));
    const bounds = { limit: 10, bytes: 8_000 };
    const read = await t.log.read(t.lobby, { after: 0, ...bounds });
    assertEquals(read.map(({ seq }) => seq), [1, 2]);
    const newest = await t.log.newest(t.lobby, bounds);
    assertEquals(newest.map(({ seq }) => seq), [3, 4]);
  });

  rule("names the authors as they are called now", async (t) => {
    const { id } = await t.post("a");
    const freedBefore = 0;
    const change = { person: t.ada, name: "Ada L.", key: "adal", freedBefore };
    await t.db.write("rename", change);
    const [entry] = await t.entries();
    assertEquals(entry!.name, "Ada L.");
    assertEquals((await t.messages())[0]!.name, "Ada L.");
    assertEquals(entry, {
      ...{ kind: "posted", seq: 1, id, at: t.now, posts: 1, body: "a" },
      ...{ author: t.ada, name: "Ada L." },
    });
  });
}

function snapshots(rule: Rule): void {
  rule("reads pages of messages with the head [L5]", async (t) => {
    const nothing = { seq: 0, id: "", posts: 0, messages: [], more: false };
    assertEquals(await t.log.page(t.lobby, { limit: 5 }), nothing);
    await postMany(t, 12);
    const first = (await t.entries())[0]!.id;
    const edit = await t.edit(first, "edited");
    const page = (await t.log.page(t.lobby, { limit: 5 }))!;
    assertEquals(page.messages.map(({ seq }) => seq), [8, 9, 10, 11, 12]);
    assertEquals([page.seq, page.id, page.posts], [13, edit.id, 12]);
    assertEquals(page.more, true);
    const older = (await t.log.page(t.lobby, { limit: 7, before: 8 }))!;
    assertEquals(older.messages.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7]);
    assertEquals(older.messages[0]!.rev, 13);
    assertEquals(older.messages[0]!.editedAt, t.now);
    assertEquals([older.seq, older.more], [13, false]);
    assertEquals(await t.log.page(uuidv7(), { limit: 5 }), null);
  });

  rule("reads a page and its head as one snapshot [L5]", async (t) => {
    let writing = true;
    const writer = (async () => {
      for (let i = 0; i < 200; i++) await t.post(`number ${i}`);
      writing = false;
    })();
    while (writing) {
      const page = (await t.log.page(t.lobby, { limit: 3 }))!;
      assertEquals(page.messages.at(-1)?.seq ?? 0, page.seq);
      assertEquals(page.messages.at(-1)?.id ?? "", page.id);
      // Reads of a file never leave this turn by themselves.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await writer;
  });
}

function identities(rule: Rule): void {
  rule(
    "tells which entry has a place, and which id has one [L9]",
    async (t) => {
      const posted = await t.post("a");
      const edited = await t.edit(posted.id, "b");
      assertEquals(await t.log.entryId(t.lobby, 1), posted.id);
      assertEquals(await t.log.entryId(t.lobby, 2), edited.id);
      assertEquals(await t.log.entryId(t.lobby, 3), null);
      assertEquals(await t.log.knows(t.lobby, edited.id), true);
      assertEquals(await t.log.knows(t.lobby, uuidv7()), false);
      assertEquals(await t.log.knows(uuidv7(), edited.id), false);
    },
  );

  rule("keeps its epoch, and no two databases share one [L9]", async (t) => {
    const { epoch } = t.db;
    await t.post("a");
    await t.close();
    await t.open();
    assertEquals(t.db.epoch, epoch);
    assertEquals((await t.post("b")).seq, 2);
    const other = await t.another();
    assertNotEquals(other, epoch);
  });

  rule("gives the heads of the rooms that exist", async (t) => {
    const room = await t.room("One");
    const { id } = await t.post("a");
    const heads = await t.log.heads([room, t.lobby, uuidv7(), "lobby"]);
    assertEquals(heads.toSorted((a, b) => a.seq - b.seq), [
      { room, seq: 0, id: "", posts: 0, floor: 1 },
      { room: t.lobby, seq: 1, id, posts: 1, floor: 1 },
    ]);
    assertEquals(await t.log.heads([]), []);
    assertEquals(await t.log.head("lobby"), null);
  });
}

function floors(rule: Rule): void {
  rule(
    "reads nothing below the floor, and goes on above it [L8]",
    async (t) => {
      await postMany(t, 10);
      // Rows may outlive the floor's rise: a purge removes them piece by piece.
      await t.store.execute(
        "update rooms set floor = 6; " +
          "delete from entries where seq < 3; delete from messages where seq < 3",
      );
      const seqs = (list: { seq: number }[]) => list.map(({ seq }) => seq);
      assertEquals(seqs(await t.entries()), [6, 7, 8, 9, 10]);
      assertEquals(seqs(await t.log.newest(t.lobby, MUCH)), [6, 7, 8, 9, 10]);
      assertEquals(seqs(await t.messages()), [6, 7, 8, 9, 10]);
      const page = (await t.log.page(t.lobby, { limit: 5 }))!;
      assertEquals(page.more, false);
      assertEquals((await t.log.head(t.lobby))!.floor, 6);
      assertEquals((await t.post("next")).seq, 11, "a seq is never used again");
    },
  );
}
