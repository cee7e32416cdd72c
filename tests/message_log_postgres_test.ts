/** The log on PostgreSQL: the contract, and what several machines and bad days do to it. */
import { assert, assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { openDatabase } from "../lib/db/open.ts";
import { Refusal } from "../lib/errors.ts";
import { MessageLog, type RoomHead } from "../lib/message_log.ts";
import { packageFlags } from "../tasks/packages.ts";
import { messageLogContract } from "./message_log_contract.ts";
import { assertRefused, LogHarness } from "./support/log_harness.ts";
import { PostgresProxy } from "./support/postgres_proxy.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";

if (POSTGRES_URL) messageLogContract("PostgreSQL", () => new PostgresStore());

function test(
  name: string,
  run: (harness: LogHarness, store: PostgresStore) => Promise<void>,
): void {
  if (!POSTGRES_URL) return;
  Deno.test(`MessageLog on PostgreSQL ${name}`, async () => {
    const store = new PostgresStore();
    const harness = await LogHarness.start(store);
    try {
      await run(harness, store);
    } finally {
      await harness.close();
      await store.remove();
    }
  });
}

test(
  "stays dense while three programs write to the same rooms [L1, L3]",
  async (t, store) => {
    const rooms = [t.lobby, await t.room("One"), await t.room("Two")];
    const count = 120;
    const programs = ["a", "b", "c"].map(async (name) => {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-A", "--no-check", ...packageFlags("offline")],
          new URL("./support/append_to_rooms.ts", import.meta.url).pathname,
          ...[JSON.stringify(store.settings), rooms.join(), t.ada],
          ...[String(count), name],
        ],
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    });
    await Promise.all(programs);
    for (const [i, room] of rooms.entries()) {
      const entries = await t.checkFold(room);
      const bodies = entries.map((entry) => "body" in entry ? entry.body : "");
      const sent = ["a", "b", "c"].flatMap((name) =>
        Array.from({ length: count }, (_, n) => `${name} ${n}`)
          .filter((_, n) => n % rooms.length === i)
      );
      assertEquals(bodies.toSorted(), sent.toSorted());
    }
  },
);

test(
  "stores everything once while its connections are cut [L3]",
  async (t, store) => {
    const cut = `select count(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
    const drafts = Array.from({ length: 150 }, (_, i) => ({
      ...{ kind: "posted" as const, room: t.lobby, author: t.ada },
      ...{ id: uuidv7(), body: `number ${i}` },
    }));
    for (const [i, draft] of drafts.entries()) {
      // While the post is on its way, wherever it has got to.
      const cutting = i % 15 === 14 ? store.rows(cut) : undefined;
      for (;;) {
        const outcome = await t.log.append(draft).catch((error) => error);
        if (!(outcome instanceof Refusal)) break;
        assertEquals(outcome.code, "unavailable");
      }
      await cutting;
    }
    const entries = await t.checkFold();
    assertEquals(entries.map(({ id }) => id), drafts.map(({ id }) => id));
  },
);

for (const loss of ["answer", "commit"] as const) {
  const what = loss === "answer" ? "a commit's answer" : "a commit";
  test(
    `tells what was stored when ${what} is lost [L2, L6]`,
    async (t, store) => {
      using proxy = new PostgresProxy(store.settings);
      const errors: unknown[] = [];
      const db = await openDatabase({
        ...{ path: "", postgres: proxy.settings },
        onError: (error) => errors.push(error),
      });
      const rung: RoomHead[] = [];
      const log = new MessageLog(db, { onCommitted: (h) => rung.push(...h) });
      proxy.next = loss;
      const place = await log.append({
        ...{ kind: "posted", room: t.lobby, author: t.ada },
        ...{ id: uuidv7(), body: "once" },
      });
      assertEquals(proxy.next, undefined, "it was lost");
      assertEquals([place.seq, place.repeated], [1, false]);
      assertEquals(rung, [{ room: t.lobby, seq: 1, posts: 1 }]);
      assertEquals(errors, []);
      await log.close();
      await db.close();
      assertEquals((await t.checkFold()).length, 1);
    },
  );
}

test("stores in two rooms side by side [L1]", async (t, store) => {
  const room = await t.room("One");
  // Another machine is in the middle of an append to the lobby.
  const other = await store.open();
  const held = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<void>();
  const holding = store.hold(
    `select head from rooms where slug = 'lobby' for update`,
    held.resolve,
    hold.promise,
  );
  await held.promise;
  const waits = t.post("waits");
  assertEquals((await t.post("goes on", { room })).seq, 1);
  assertEquals(await Promise.race([waits, "still"]), "still");
  hold.resolve();
  await holding;
  assertEquals((await waits).seq, 1);
  await other.close();
});

test("takes an upload once, whichever rooms ask for it", async (t) => {
  const rooms = [t.lobby, await t.room("One"), await t.room("Two")];
  for (let round = 0; round < 5; round++) {
    const upload = {
      ...{ id: uuidv7(), person: t.ada, hash: "a".repeat(64), name: "a.txt" },
      ...{ type: "text/plain", size: 1, width: null, height: null },
      created_at: t.now,
    };
    await t.db.write("addUpload", { upload, most: 100 });
    const posts = await Promise.allSettled(
      rooms.map((room) => t.post("with it", { room, files: [upload.id] })),
    );
    const refused = posts.filter(({ status }) => status === "rejected");
    assertEquals(refused.length, 2);
    for (const one of refused) {
      assertEquals((one as PromiseRejectedResult).reason.code, "no_file");
    }
  }
  assertEquals(t.store.errors, []);
});

test(
  "lets one of several have a name, and makes one room between two",
  async (t, store) => {
    const other = await store.open();
    const ben = await t.person("Ben");
    for (let round = 0; round < 5; round++) {
      const enter = (db: typeof other) =>
        db.write("enter", {
          ...{ person: uuidv7(), name: `N${round}`, key: `n${round}` },
          tokenHash: crypto.getRandomValues(new Uint8Array(32)),
          ...{ now: t.now, expiresAt: t.now + 1, freedBefore: 0 },
        });
      const came = await Promise.allSettled([enter(t.db), enter(other)]);
      const refused = came.filter(({ status }) => status === "rejected");
      assertEquals(
        refused.map((one) => (one as PromiseRejectedResult).reason.code),
        ["name_taken"],
      );
    }
    const direct = (db: typeof other) =>
      db.write("openDirectRoom", {
        ...{ id: uuidv7(), people: [t.ada, ben], person: t.ada, now: t.now },
      });
    const rooms = await Promise.all([direct(t.db), direct(other)]);
    assertEquals(rooms[0]!.id, rooms[1]!.id);
    assertEquals(store.errors, []);
    await other.close();
  },
);

test(
  "tells what changed, also what was committed late [L6]",
  async (t, store) => {
    const room = await t.room("One");
    const first = await t.db.changedSince(null);
    assertEquals([first.rooms, first.persons], [[], []]);
    const held = Promise.withResolvers<void>();
    const hold = Promise.withResolvers<void>();
    const holding = store.hold(
      `update rooms set topic = 'late' where slug = 'lobby'`,
      held.resolve,
      hold.promise,
    );
    await held.promise;
    const { id } = await t.post("early", { room });
    const second = await t.db.changedSince(first.mark);
    assertEquals(second.rooms, [
      {
        ...{ room, seq: 1, id, posts: 1, floor: 1, floorPosts: 0 },
        ...{ slug: "one", name: "One", topic: "", archived: false },
      },
    ]);
    assertEquals(second.persons.map(({ id }) => id), [t.ada]);
    hold.resolve();
    await holding;
    const third = await t.db.changedSince(second.mark);
    assert(third.rooms.some((one) => one.room === t.lobby), "it began earlier");
    const last = await t.db.changedSince(third.mark);
    assertEquals(
      [last.rooms, last.persons],
      [[], []],
      "nothing is told for ever",
    );
  },
);

test(
  "says that it can't store while a lock is held too long, and goes on",
  async (t, store) => {
    const held = Promise.withResolvers<void>();
    const hold = Promise.withResolvers<void>();
    const holding = store.hold(
      `set local idle_in_transaction_session_timeout = 0;
     lock table entries in exclusive mode`,
      held.resolve,
      hold.promise,
    );
    await held.promise;
    const posted = t.post("a");
    assertEquals((await t.log.head(t.lobby))!.seq, 0, "reading goes on");
    hold.resolve();
    await holding;
    assertEquals((await posted).seq, 1);
  },
);

test("keeps nothing of a deleted text in any table [L7]", async (t, store) => {
  const { id } = await t.post("A short secret");
  await t.edit(id, "An edited secret");
  await t.delete(id);
  await t.log.close();
  await t.log.wiped();
  for (const table of ["entries", "messages", "search_docs", "audit"]) {
    const rows = await store.rows(
      `select 1 from ${table} as t where strpos(t::text, 'secret') > 0`,
    );
    assertEquals(rows, [], table);
  }
  const [row] = await store.rows(
    `select n_dead_tup::int as dead, vacuum_count::int as cleaned
      from pg_stat_user_tables where relname = 'entries'`,
  );
  assert(Number(row!.cleaned) > 0, "old versions of rows were cleaned up");
  await assertRefused("stopping", t.post("late"));
});
