/** What searching must find, and forget, on every database. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Database } from "../lib/db/open.ts";
import type { Who } from "../lib/permissions.ts";
import { Rooms } from "../lib/rooms.ts";
import { BadQuery } from "../lib/search_query.ts";
import { Search, type SearchPage } from "../lib/search.ts";
import {
  assertRefused,
  LogHarness,
  type LogStore,
} from "./support/log_harness.ts";
import { turns } from "./support/until.ts";

/** A database whose index can be looked into. */
export interface SearchStore extends LogStore {
  /** The tokens in the index, without signs. */
  indexed(): Promise<string[]>;
  /** Makes the index as old as that of another version, and empty. */
  outdate(): Promise<void>;
  /** Whether the text is anywhere in it. */
  contains(text: string): Promise<boolean>;
}

interface Finder {
  t: LogHarness;
  store: SearchStore;
  /** What the messages found say in short, the newest first. */
  find(text: string, person?: string): Promise<string[]>;
}

function searchOf(db: Database): Search {
  return new Search(db, new Rooms(db), (error) => {
    throw error;
  });
}

type Test = (name: string, run: (finder: Finder) => Promise<void>) => void;

/** Registers the whole contract for one kind of database. */
export function searchContract(
  kind: string,
  newStore: () => SearchStore,
): void {
  rules((name, run) =>
    Deno.test(`Search on ${kind} ${name}`, async () => {
      const store = newStore();
      const t = await LogHarness.start(store);
      const search = searchOf(t.db);
      try {
        await run({
          t,
          store,
          find: async (text, person = t.ada) => {
            const { results } = await search.find(whoIs(person), text);
            return results.map(({ excerpt }) => excerpt);
          },
        });
      } finally {
        await search.close();
        await t.close();
        await store.remove();
      }
    })
  );
}

function whoIs(id: string, onlyRoom: string | null = null): Who {
  return {
    person: { id, name: "" },
    role: "member",
    onlyRoom,
    mutedUntil: null,
  };
}

function rules(test: Test): void {
  test("finds parts of words, Chinese too, the newest first", async ({ t, find }) => {
    await t.post("The deployment failed");
    await t.post("明天下午开会");
    await t.post("Redeploy it, then 开会");
    assertEquals(await find("deploy"), [
      "Redeploy it, then 开会",
      "The deployment failed",
    ]);
    assertEquals(await find("开会"), [
      "Redeploy it, then 开会",
      "明天下午开会",
    ]);
    assertEquals(await find("开会 ploy"), ["Redeploy it, then 开会"]);
    assertEquals(await find("开会 -ploy"), ["明天下午开会"]);
    assertEquals(await find('"the deployment"'), ["The deployment failed"]);
    assertEquals(await find('"deployment the"'), []);
  });

  test("shows no message that only has the same tokens", async ({ t, find }) => {
    // bcd, abc and cda are all there.
    await t.post("xabc bcd cda");
    assertEquals(await find("abcda"), []);
    assertEquals(await find("xabc"), ["xabc bcd cda"]);
  });

  test("follows edits and deletions at once", async ({ t, find }) => {
    const { id } = await t.post("first version");
    assertEquals(await find("version"), ["first version"]);
    await t.edit(id, "second draft");
    assertEquals(await find("version"), []);
    assertEquals(await find("second"), ["second draft"]);
    await t.delete(id);
    assertEquals(await find("draft"), []);
  });

  test("leaves nothing of a deleted text in the files [L7]", async ({ t, store, find }) => {
    await t.post("something that stays");
    const { id } = await t.post("zqxj vwkz 鑫淼");
    await find("zqxj");
    assert((await store.indexed()).includes("zqx"));
    await t.edit(id, "qqvw");
    assertEquals(await find("qqvw"), ["qqvw"]);
    assert(!(await store.indexed()).includes("zqx"));
    await t.delete(id);
    await t.close();
    const left = await store.indexed();
    assert(left.includes("sta"));
    for (const token of ["qqv", "zqx", "vwk", "鑫淼", "淼"]) {
      assert(!left.includes(token), token);
    }
    for (const part of ["qqv", "zqx", "vwk", encoded("鑫淼"), encoded("淼")]) {
      assert(!await store.contains(part), part);
    }
    await t.open();
  });

  test("leaves nothing of what a room no longer keeps [L7]", async ({ t, store, find }) => {
    await t.post("zqxj");
    t.now += 1_000;
    await t.post("young");
    await find("zqxj");
    await t.db.write("trimRoom", { room: t.lobby, before: t.now, limit: 100 });
    assertEquals(await find("zqxj"), []);
    assertEquals(await find("young"), ["young"]);
    assert(!(await store.indexed()).includes("zqx"));
  });

  test("finds by author, room, link and day", async ({ t, find }) => {
    const bob = await t.person("Bob");
    const boats = await t.room("boats");
    const noon = Date.UTC(2100, 0, 1, 12);
    t.now = noon;
    await t.post("sail one", { room: boats });
    t.now += 86_400_000;
    await t.post("sail two https://a.org", { author: bob });
    t.now += 86_400_000;
    await t.post("sail three");
    assertEquals(await find("sail from:bob"), ["sail two https://a.org"]);
    assertEquals(await find("sail from:me"), ["sail three", "sail one"]);
    assertEquals(await find("from:me", bob), ["sail two https://a.org"]);
    assertEquals(await find("in:boats"), ["sail one"]);
    assertEquals(await find("has:link"), ["sail two https://a.org"]);
    assertEquals(await find("before:2100-01-02"), ["sail one"]);
    assertEquals(await find("after:2100-01-02 sail"), ["sail three"]);
    assertEquals(await find("after:2100-01-01 before:2100-01-03"), [
      "sail two https://a.org",
    ]);
    assertEquals(await find("before:2099-01-01"), []);
  });

  test("refuses what it can't understand, with the part", async ({ find }) => {
    for (
      const [text, problem, part] of [
        ["from:nobody hi", "person", "nobody"],
        ["in:nowhere", "room", "nowhere"],
        ["from:...", "person", "..."],
        ['"open', "quote", '"open'],
      ] as const
    ) {
      const error = await assertRejects(() => find(text), BadQuery);
      assertEquals([error.problem, error.part], [problem, part]);
    }
  });

  test("pages through everything, each message once", async ({ t }) => {
    const search = searchOf(t.db);
    for (let i = 0; i < 25; i++) await t.post(`boat ${i % 2 ? "even" : i}`);
    const seen: number[] = [];
    let before: number | null = Number.MAX_SAFE_INTEGER;
    while (before !== null) {
      const options = { limit: 4, before };
      const page: SearchPage = await search.find(whoIs(t.ada), "boat", options);
      seen.push(...page.results.map(({ seq }) => seq));
      before = page.before;
    }
    assertEquals(seen, Array.from({ length: 25 }, (_, i) => 25 - i));
    await search.close();
  });

  test("marks where the excerpt of a long message matches", async ({ t }) => {
    const search = searchOf(t.db);
    await t.post(`${"far away ".repeat(50)}Größe 开会 ${"and on ".repeat(50)}`);
    const { results: [found] } = await search.find(whoIs(t.ada), "grösse 开会");
    const { excerpt, marks } = found!;
    assert(excerpt.startsWith("…") && excerpt.endsWith("…"), excerpt);
    assertEquals(marks.map(([from, to]) => excerpt.slice(from, to)), [
      "Größe",
      "开会",
    ]);
    await search.close();
  });

  test("shows only rooms that one may read now", async ({ t, store, find }) => {
    const bob = await t.person("Bob");
    const cove = await t.room("cove");
    await t.post("secret boat", { room: cove });
    await store.execute(
      "update rooms set kind = 'private' where slug = 'cove'",
    );
    assertEquals(await find("boat"), ["secret boat"], "Ada is a member");
    assertEquals(await find("boat in:cove"), ["secret boat"]);
    assertEquals(await find("boat", bob), []);
    // Like a room that there is not.
    const error = await assertRejects(
      () => find("boat in:cove", bob),
      BadQuery,
    );
    assertEquals([error.problem, error.part], ["room", "cove"]);
    await t.db.write("leaveRoom", { person: t.ada, room: cove });
    assertEquals(await find("boat"), []);
  });

  test("shows a guest of one room only that, and nothing to whom it removed", async ({ t, store, find }) => {
    const bob = await t.person("Bob");
    const cove = await t.room("cove");
    await t.post("boat here", { room: cove });
    await t.post("boat there");
    const search = searchOf(t.db);
    const guest = whoIs(bob, cove);
    const excerpts = async (text: string) =>
      (await search.find(guest, text)).results.map(({ excerpt }) => excerpt);
    assertEquals(await excerpts("boat"), ["boat here"]);
    await assertRejects(() => excerpts("boat in:lobby"), BadQuery);
    assertEquals(await find("boat", bob), ["boat there", "boat here"]);
    await store.execute(
      `insert into removals (room, person, until) select r.id, p.id, 9e15
      from rooms r, persons p where r.slug = 'cove' and p.name = 'Bob'`,
    );
    assertEquals(await find("boat", bob), ["boat there"]);
    await search.close();
  });

  test("finds what somebody reacted to, until they take it back", async ({ t, find }) => {
    const { id } = await t.post("boat");
    await t.post("other boat");
    assertEquals(await find("has:reaction"), []);
    const react = { kind: "reacted", message: id, emoji: "👍" };
    await t.append({ ...react, on: true });
    assertEquals(await find("boat has:reaction"), ["boat"]);
    await t.append({ ...react, on: false });
    assertEquals(await find("has:reaction"), []);
  });

  test("refuses who searches too often", async ({ t, find }) => {
    const searches = Array.from({ length: 30 }, () => find("boat"));
    await assertRefused("too_fast", Promise.all(searches));
    await Promise.allSettled(searches);
    assertEquals(await find("boat", await t.person("Bob")), []);
  });

  test("breaks off what takes too long", async ({ t }) => {
    await t.post("boat");
    const read = (timeout: number) =>
      t.db.readSlowly("searchMessages", {
        ...{ person: t.ada, now: t.now, words: ["boat"], without: [], has: [] },
        ...{ limit: 1, timeout: 1_000 },
      }, { timeout });
    // No thread starts within no time.
    await assertRefused("too_broad", read(0));
    assertEquals((await read(60_000)).next, null, "the next one is answered");
  });

  test("indexes in the background what was there before", async ({ t, store }) => {
    for (let i = 0; i < 450; i++) t.post(`old ${i}`);
    await t.post("last old");
    await t.close();
    await store.outdate();
    await t.open();
    // Older messages come later, from the newest to the oldest.
    const search = searchOf(t.db);
    const count = async (text: string) => {
      const { results, indexing } = await search.find(whoIs(t.ada), text);
      return [results.length, indexing];
    };
    assertEquals(await count("last"), [1, true]);
    assertEquals(await count('"old 3"'), [0, true]);
    while (!search.isComplete) await turns();
    assertEquals(await count('"old 3"'), [1, undefined]);
    await search.close();
  });

  /** How a text stands in a file that is read as Latin-1. */
  function encoded(text: string): string {
    return new TextDecoder("latin1").decode(new TextEncoder().encode(text));
  }
}
