/** The part of the log's contract that is about edits, deletions and failures. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { uuidv7 } from "../lib/client/uuid.ts";
import type { Appended } from "../lib/message_log.ts";
import { assertRefused, type Rule } from "./support/log_harness.ts";

/** Registers the rules on what changes messages, and on what fails. */
export function changesContract(rule: Rule): void {
  changes(rule);
  failures(rule);
}

function changes(rule: Rule): void {
  rule("lets only the author edit and delete", async (t) => {
    const ben = await t.person("Ben");
    const { id } = await t.post("a");
    await assertRefused("not_yours", t.edit(id, "b", { author: ben }));
    await assertRefused("not_yours", t.delete(id, { author: ben }));
    await assertRefused("no_message", t.edit(uuidv7(), "b"));
    await assertRefused("no_message", t.delete(uuidv7()));
    const edit = await t.edit(id, "b");
    await assertRefused("no_message", t.edit(edit.id, "an entry, no message"));
    await t.delete(id);
    await assertRefused("deleted", t.edit(id, "c"));
    await assertRefused("deleted", t.delete(id));
    assertEquals((await t.checkFold()).length, 3);
  });

  rule("refuses rooms that don't exist", async (t) => {
    await assertRefused("no_room", t.post("a", { room: uuidv7() }));
    await assertRefused("no_room", t.post("a", { room: "lobby" }));
    const room = await t.room("One");
    const { id } = await t.post("a");
    await assertRefused("no_message", t.edit(id, "b", { room }));
  });

  rule("blanks a deleted message wherever it was [L7]", async (t) => {
    const id = uuidv7();
    const [, edit] = await Promise.all([
      t.post("secret one", { id }),
      t.edit(id, "secret two"),
    ]);
    await t.edit(id, "secret three");
    const kept = await t.post("kept");
    const [, end] = await Promise.all([
      t.edit(id, "secret four"),
      t.delete(id),
    ]);
    const entries = await t.checkFold();
    assert(!JSON.stringify(entries).includes("secret"));
    const deleted = entries.filter((entry) => "deleted" in entry);
    assertEquals(deleted.map(({ seq }) => seq), [1, 2, 3, 5]);
    const ids = [edit.id, end.id, kept.id];
    const kinds = ids.map((id) => entries.find((one) => one.id === id)!.kind);
    assertEquals(kinds, ["edited", "deleted", "posted"]);
  });

  rule("keeps messages equal to the fold of the log [L5]", async (t) => {
    const people = [t.ada, await t.person("Ben")];
    const ids = Array.from({ length: 6 }, () => uuidv7());
    const step = fc.record({
      kind: fc.constantFrom("posted", "edited", "deleted"),
      id: fc.oneof(fc.constantFrom(...ids), fc.uuid({ version: 7 })),
      message: fc.constantFrom(...ids),
      author: fc.constantFrom(...people),
      body: fc.constantFrom("a", "b"),
      wait: fc.boolean(),
    });
    let rooms = 0;
    const law = fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      async (steps) => {
        const room = await t.room(`Room ${++rooms}`);
        const places: Promise<unknown>[] = [];
        for (const { wait, ...draft } of steps) {
          places.push(t.append({ ...draft, room }));
          if (wait) await Promise.allSettled(places);
        }
        const settled = await Promise.allSettled(places);
        const stored = new Set(
          settled.flatMap((one) =>
            one.status === "fulfilled" ? [(one.value as Appended).id] : []
          ),
        );
        const entries = await t.checkFold(room);
        assertEquals(new Set(entries.map(({ id }) => id)), stored);
      },
    );
    await fc.assert(law, { numRuns: 30 });
  });
}

function failures(rule: Rule): void {
  rule("lets a bad entry of a batch fail alone [L1]", async (t) => {
    const ben = await t.person("Ben");
    // No database takes this for an author; no check comes before.
    const bad = t.post("bad", { author: "not an id" });
    const others = [t.post("a"), t.post("b", { author: ben }), t.post("c")];
    await assertRefused("unavailable", bad);
    const seqs = (await Promise.all(others)).map(({ seq }) => seq);
    assertEquals(seqs, [1, 2, 3]);
    await t.checkFold();
  });

  rule("lets nothing overtake a post that failed [L4]", async (t) => {
    const author = "not an id";
    const bad = t.post("one", { author });
    const behind = t.post("two", { author });
    const other = t.post("three");
    await assertRefused("unavailable", bad);
    await assertRefused("out_of_order", behind);
    assertEquals((await other).seq, 1);
  });

  rule("finishes what was handed in when it closes", async (t) => {
    const places = Array.from({ length: 50 }, (_, i) => t.post(`number ${i}`));
    const closing = t.log.close();
    await assertRefused("stopping", t.post("too late"));
    await closing;
    assertEquals((await Promise.all(places)).at(-1)!.seq, 50);
  });
}
