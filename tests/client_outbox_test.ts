/** The outbox that tabs share, in a real implementation of IndexedDB. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { IndexedDbOutbox } from "../lib/client/indexed_db_outbox.ts";
import type { OutboxRow } from "../lib/client/outbox.ts";
import { LEASE_TIMES, type Tab } from "../lib/client/outbox_database.ts";
import { Browser } from "./support/client_tabs.ts";
import { turns } from "./support/until.ts";

const { claim: BEAT, lease: LEASE, grace: GRACE } = LEASE_TIMES;

let minted = 0;

function row(id = `row-${++minted}`, at = 1): OutboxRow {
  return { id, room: "r1", kind: "post", body: id, at };
}

const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

/** What a tab is told when it claims. */
async function claimed(outbox: IndexedDbOutbox) {
  const { adopted, lost } = await outbox.claim();
  return { adopted: ids(adopted), lost };
}

const NOTHING = { adopted: [], lost: [] };

Deno.test("IndexedDbOutbox gives rows to the run after a reload at once, in order [C1]", async () => {
  const browser = new Browser();
  const first = browser.open("one");
  for (const id of ["a", "b", "c"]) await first.add(row(id));
  await first.remove("b");
  await first.update({ ...row("a"), failed: "too_long" });
  const crashed = browser.open("two", { before: "one", replaces: true });
  const { adopted } = await crashed.claim();
  assertEquals(adopted, [{ ...row("a"), failed: "too_long" }, row("c")]);
  assertEquals(await claimed(crashed), NOTHING);
});

Deno.test("IndexedDbOutbox puts a row that is added again behind all others", async () => {
  const browser = new Browser();
  const first = browser.open("one");
  for (const id of ["a", "b", "a"]) await first.add(row(id));
  const next = browser.open("two", { before: "one", replaces: true });
  assertEquals((await claimed(next)).adopted, ["b", "a"]);
});

Deno.test("IndexedDbOutbox leaves the rows of a living tab alone, and adopts those of a dead one once [C1]", async () => {
  const browser = new Browser();
  const one = browser.open("one");
  await one.add(row("a"));
  const [two, three] = [browser.open("two"), browser.open("three")];
  for (let i = 0; i < 20; i++) {
    assertEquals(await claimed(two), NOTHING);
    assertEquals(await claimed(three), NOTHING);
    assertEquals(await claimed(one), NOTHING);
    browser.clock.pass(BEAT);
  }
  for (const tab of [two, three]) await tab.claim();
  browser.clock.pass(LEASE);
  const both = await Promise.all([claimed(two), claimed(three)]);
  assertEquals(both, [{ adopted: ["a"], lost: [] }, NOTHING]);
  assertEquals(await claimed(one), { adopted: [], lost: ["a"] });
  assertEquals(await claimed(one), NOTHING, "it is told once");
});

Deno.test("IndexedDbOutbox lets a page that left come back for a moment before others adopt [C1]", async () => {
  const browser = new Browser();
  const [one, two] = [browser.open("one"), browser.open("two")];
  await one.add(row("a"));
  await one.leave();
  browser.clock.pass(GRACE);
  assertEquals(await claimed(two), NOTHING);
  assertEquals(await claimed(one), NOTHING, "it came back and lives");
  browser.clock.pass(GRACE + 1);
  assertEquals(await claimed(two), NOTHING);
  await one.leave();
  browser.clock.pass(GRACE + 1);
  assertEquals(await claimed(two), { adopted: ["a"], lost: [] });
  assertEquals(await claimed(one), { adopted: [], lost: ["a"] });
});

Deno.test("IndexedDbOutbox gives the next page of a tab what the last one left, unless that lives elsewhere [C1]", async () => {
  const browser = new Browser();
  const one = browser.open("one");
  await one.add(row("a"));
  const duplicate = browser.open("duplicate", { before: "one" });
  assertEquals(await claimed(duplicate), NOTHING);
  await one.leave();
  const next = browser.open("next", { before: "one" });
  assertEquals(await claimed(next), { adopted: ["a"], lost: [] });
});

Deno.test("IndexedDbOutbox lets all tabs renew their leases after the machine slept [C1]", async () => {
  const browser = new Browser();
  const [one, two] = [browser.open("one"), browser.open("two")];
  for (const tab of [one, two]) await tab.claim();
  await one.add(row("a"));
  await two.add(row("b"));
  browser.clock.pass(24 * 60 * 60 * 1000);
  for (const tab of [one, two, one]) {
    assertEquals(await claimed(tab), NOTHING);
    browser.clock.pass(BEAT);
  }
});

Deno.test("IndexedDbOutbox takes a lease from the future for one that ended", async () => {
  const browser = new Browser();
  await browser.open("one").add(row("a"));
  browser.clock.pass(-1_000_000);
  assertEquals((await claimed(browser.open("two"))).adopted, ["a"]);
});

Deno.test("IndexedDbOutbox keeps accounts apart, and can tell what one left behind [C1]", async () => {
  const browser = new Browser();
  await browser.open("one").add(row("a"));
  browser.clock.pass(LEASE + 1);
  const omar = browser.open("two", {
    account: "omar",
    before: "one",
    replaces: true,
  });
  assertEquals(await claimed(omar), NOTHING);
  assertEquals(ids(await omar.leftBy("ana")), ["a"]);
  assertEquals((await claimed(browser.open("three"))).adopted, ["a"]);
  await omar.remove("a");
  assertEquals(await omar.leftBy("ana"), []);
});

Deno.test("IndexedDbOutbox neither brings back nor loses what changes while it claims [C1]", async () => {
  for (const soon of [0, 3, 20]) {
    const browser = new Browser();
    const one = browser.open("one");
    await one.add(row("a"));
    const claim = claimed(one);
    for (let i = 0; i < soon; i++) await Promise.resolve();
    const removed = one.remove("a");
    const added = one.add(row("b"));
    assertEquals(await claim, NOTHING);
    await Promise.all([removed, added]);
    assertEquals(await claimed(one), NOTHING);
    const next = browser.open("two", { before: "one", replaces: true });
    assertEquals((await claimed(next)).adopted, ["b"]);
  }
});

Deno.test("IndexedDbOutbox removes an acknowledged row whichever tab has it by now", async () => {
  const browser = new Browser();
  const [one, two] = [browser.open("one"), browser.open("two")];
  await one.add(row("a"));
  browser.clock.pass(LEASE + 1);
  assertEquals((await claimed(two)).adopted, ["a"]);
  await one.remove("a");
  assertEquals(await claimed(two), { adopted: [], lost: ["a"] });
});

Deno.test("IndexedDbOutbox goes on in memory where storage is denied, and stores once it may [C1]", async () => {
  const browser = new Browser();
  const one = browser.open("one");
  assert(one.durable, "nothing speaks against it yet");
  browser.denied = true;
  await assertRejects(() => one.claim());
  await assertRejects(() => one.add(row("a")));
  await assertRejects(() => one.add(row("b")));
  await assertRejects(() => one.remove("a"));
  assert(!one.durable);
  browser.denied = false;
  assertEquals(await claimed(one), NOTHING);
  assert(one.durable);
  const next = browser.open("two", { before: "one", replaces: true });
  assertEquals((await claimed(next)).adopted, ["b"]);
});

Deno.test("IndexedDbOutbox gives up waiting for storage that hangs, and stores once it answers [C1]", async () => {
  const browser = new Browser();
  const one = browser.open("one");
  const answer = browser.hang();
  const added = assertRejects(() => one.add(row("a")), Error, "not answer");
  await turns();
  browser.clock.pass(3_000);
  await added;
  assert(!one.durable);
  await assertRejects(() => one.add(row("b")), Error, "not answer");
  await assertRejects(() => one.claim(), Error, "not answer");
  answer();
  await turns();
  assertEquals(await claimed(one), NOTHING);
  assert(one.durable);
  const next = browser.open("two", { before: "one", replaces: true });
  assertEquals((await claimed(next)).adopted, ["a", "b"]);
});

Deno.test("IndexedDbOutbox stores its rows anew when the browser's data was cleared [C1]", async () => {
  const browser = new Browser();
  const one = browser.open("one");
  await one.add(row("a"));
  browser.clear();
  assertEquals(await claimed(one), NOTHING);
  const next = browser.open("two", { before: "one", replaces: true });
  assertEquals((await claimed(next)).adopted, ["a"]);
});

// --- The law --------------------------------------------------------------------

type Step =
  | { do: "add" | "ack" | "beat" | "leave" | "crash"; tab: number }
  | { do: "pass"; ms: number };

const tabs = fc.nat({ max: 2 });
const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant("add" as const), tab: tabs }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("ack" as const), tab: tabs }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("beat" as const), tab: tabs }),
    },
    {
      arbitrary: fc.record({ do: fc.constant("leave" as const), tab: tabs }),
      weight: 1,
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("crash" as const), tab: tabs }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("pass" as const),
        ms: fc.constantFrom(1, GRACE + 1, BEAT, LEASE + 1),
      }),
    },
  ) as fc.Arbitrary<Step>,
  { maxLength: 60 },
);

/** A page as far as it matters here: what it shows as unsent, in order. */
class Page {
  rows: string[] = [];
  constructor(readonly outbox: IndexedDbOutbox, readonly tab: Tab) {}

  async beat(): Promise<void> {
    const { adopted, lost } = await this.outbox.claim();
    this.rows = this.rows.filter((id) => !lost.includes(id));
    this.rows.push(...ids(adopted));
  }
}

Deno.test("IndexedDbOutbox loses nothing and keeps each tab's order, whichever tabs crash, leave and adopt [C1]", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const browser = new Browser();
      let runs = 0;
      const openPage = (over: Partial<Tab> = {}) => {
        const tab = { id: `run-${runs++}`, account: "ana", ...over };
        return new Page(browser.open(tab.id, tab), tab);
      };
      const pages = [openPage(), openPage(), openPage()];
      const unsent = new Map<string, string>();
      const server: string[] = [];
      for (const step of steps) {
        if (step.do === "pass") {
          browser.clock.pass(step.ms);
          continue;
        }
        const page = pages[step.tab]!;
        if (step.do === "add") {
          const added = row(undefined, browser.clock.now());
          await page.outbox.add(added);
          page.rows.push(added.id);
          unsent.set(added.id, page.tab.id);
        } else if (step.do === "ack") {
          const first = page.rows.shift();
          if (first === undefined) continue;
          if (!server.includes(first)) server.push(first);
          unsent.delete(first);
          await page.outbox.remove(first);
        } else if (step.do === "beat") await page.beat();
        else if (step.do === "leave") await page.outbox.leave();
        else {
          // Something unfinished dies with the page, and another one comes.
          page.outbox.remove("nothing").catch(() => {});
          const before = page.tab.id;
          pages[step.tab] = openPage({ before, replaces: true });
          await pages[step.tab]!.beat();
        }
      }
      // Everybody lives on for a while: each row is with exactly one page.
      for (let round = 0; round < 6; round++) {
        for (const page of pages) await page.beat();
        browser.clock.pass(BEAT);
      }
      const held = pages.flatMap((page) => page.rows);
      assertEquals(held.toSorted(), [...unsent.keys()].toSorted());
      // What one run added is in order, wherever it went.
      for (const page of pages) {
        for (const run of new Set(unsent.values())) {
          const own = page.rows.filter((id) => unsent.get(id) === run);
          const order = [...unsent.keys()].filter((id) => own.includes(id));
          assertEquals(own, order);
        }
      }
    }),
    { numRuns: 150 },
  );
});
