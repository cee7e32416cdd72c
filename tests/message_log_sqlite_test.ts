/** The log on SQLite: the contract, and what only a file can suffer. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { MessageLog } from "../lib/message_log.ts";
import { messageLogContract } from "./message_log_contract.ts";
import { assertRefused, LogHarness } from "./support/log_harness.ts";
import { runAndKill } from "./support/run_and_kill.ts";
import { SqliteStore } from "./support/sqlite_store.ts";
import { until } from "./support/until.ts";

messageLogContract("SQLite", () => new SqliteStore());

function test(
  name: string,
  run: (harness: LogHarness, store: SqliteStore) => Promise<void>,
  newStore = () => new SqliteStore(),
): void {
  Deno.test(`MessageLog on SQLite ${name}`, async () => {
    const store = newStore();
    const harness = await LogHarness.start(store);
    try {
      await run(harness, store);
    } finally {
      await harness.close();
      await store.remove();
    }
  });
}

test("keeps all it acknowledged when it is killed [L2]", async (t, store) => {
  const acknowledged = new Map<number, string>();
  for (let round = 0; round < 12; round++) {
    await t.close();
    const until = 1 + Math.floor(Math.random() * 400);
    const lines = await runAndKill(
      "append_until_killed.ts",
      [store.folder, t.lobby, t.ada],
      until,
    );
    for (const line of lines) {
      const [seq, id] = line.split(" ") as [string, string];
      assert(!acknowledged.has(Number(seq)), `${seq} was given twice`);
      acknowledged.set(Number(seq), id);
    }
    await t.open();
    const ids = (await t.checkFold()).map(({ id }) => id);
    for (const [seq, id] of acknowledged) assertEquals(ids[seq - 1], id);
  }
});

test("wipes deleted text from its files [L7]", async (t, store) => {
  const long = "A long secret, on pages of its own. ".repeat(500);
  const { id } = await t.post("A short secret");
  const other = await t.post(long);
  await t.edit(id, "An edited secret");
  await t.post("No harm in this one");
  assert(await store.contains("A short secret"), "it was in a file at all");
  assert(await store.contains("A long secret"));
  await t.delete(id);
  await t.delete(other.id);
  // The doorbell doesn't wait for this; who closes the database does.
  await t.log.wiped();
  assert(!await store.contains("secret"), "while the database is open");
  assert(await store.contains("No harm in this one"));
});

test(
  "wipes later what a reader's snapshot still held [L7]",
  async (t, store) => {
    const { id } = await t.post("A short secret");
    const reader = store.connect();
    reader.exec("begin; select * from entries");
    await t.delete(id);
    assertEquals(await t.db.checkpoint(), false, "the reader is in the way");
    reader.exec("commit");
    reader.close();
    await t.post("The next append");
    await t.log.wiped();
    assert(!await store.contains("A short secret"));
  },
);

test("stays dense with two programs on one file [L1]", async (t, store) => {
  const other = await store.open();
  const log = new MessageLog(other, { now: () => t.now });
  const base = { kind: "posted", room: t.lobby, author: t.ada } as const;
  const places = Array.from({ length: 300 }, (_, i) => [
    t.post(`here ${i}`),
    log.append({ ...base, id: crypto.randomUUID(), body: `there ${i}` }),
  ]);
  // One by one, so that there are many small transactions on both sides.
  for (let i = 0; i < 30; i++) {
    const id = crypto.randomUUID();
    await Promise.all([
      t.post("here", { id }),
      log.append({ ...base, id, body: "here" }),
    ]);
  }
  await Promise.all(places.flat());
  await log.close();
  await other.close();
  assertEquals((await t.checkFold()).length, 630);
  assertEquals(store.errors, []);
});

const full = () => new SqliteStore(120);

test("refuses while the disk is full, then goes on [L1]", async (t, store) => {
  const body = "x".repeat(8_000);
  let posted = 0;
  while (await t.post(body).then(() => true, () => false)) posted++;
  assertGreater(posted, 5);
  assertEquals(String(store.errors[0]).includes("full"), true);
  assert(!String(store.errors).includes("xxx"), "no text in what is logged");
  const many = [1, 2, 3].map(() =>
    t.post(body, { author: crypto.randomUUID() })
  );
  for (const one of many) await assertRefused("unavailable", one);
  assertEquals((await t.checkFold()).length, posted, "nothing half-written");
  const [first] = await t.messages();
  await store.execute(
    `update messages set body = ''; update entries set body = ''`,
  );
  assertEquals((await t.post(body)).seq, posted + 1);
  assertEquals(await t.log.entryId(t.lobby, 1), first!.id);
}, full);

test(
  "refuses while another program holds the lock, then goes on",
  async (t, store) => {
    const other = store.connect();
    other.exec("begin immediate");
    await assertRefused("unavailable", t.post("a"));
    assert(String(store.errors[0]).includes("locked"));
    other.exec("rollback");
    other.close();
    assertEquals((await t.post("b")).seq, 1);
  },
);

Deno.test("MessageLog on SQLite goes on when its writer's thread dies", async () => {
  const { Worker } = globalThis;
  const workers: Worker[] = [];
  globalThis.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      workers.push(this);
    }
  };
  const store = new SqliteStore();
  try {
    const t = await LogHarness.start(store);
    await t.post("a");
    // No answer to this can be made, nor caught: the thread ends.
    workers[0]!.postMessage(null);
    const places = [t.post("b"), t.post("c")];
    assertEquals((await Promise.all(places)).map(({ seq }) => seq), [2, 3]);
    await until(() => workers.length === 2);
    assert(String(store.errors[0]).includes("died"));
    await t.checkFold();
    await t.close();
  } finally {
    globalThis.Worker = Worker;
    await store.remove();
  }
});
