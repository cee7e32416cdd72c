/** Retention (L8) on SQLite, on the clock, and up to those who look on. */
import FakeTimers from "@sinonjs/fake-timers";
import { assert, assertEquals, assertGreater } from "@std/assert";
import { type Atoll, openAtoll } from "../lib/app.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import { Retention } from "../lib/retention.ts";
import { type Guest, TEST_CONFIG, withAtoll } from "./support/atoll.ts";
import { assertRefused, LogHarness } from "./support/log_harness.ts";
import { runAndKill } from "./support/run_and_kill.ts";
import { SqliteStore } from "./support/sqlite_store.ts";
import { until } from "./support/until.ts";

const DAY = 24 * 60 * 60_000;

async function withLog(
  test: (t: LogHarness, store: SqliteStore) => Promise<void>,
): Promise<void> {
  const store = new SqliteStore();
  const t = await LogHarness.start(store);
  try {
    await test(t, store);
  } finally {
    await t.close();
    await store.remove();
  }
}

/** Looks once, as it does every hour. */
async function look(t: LogHarness, defaultDays: number | null): Promise<void> {
  const errors: unknown[] = [];
  const retention = new Retention({
    ...{ read: t.db.read, log: t.log, defaultDays, now: () => t.now },
    onError: (error) => errors.push(error),
  });
  await retention.run();
  await retention.close();
  assertEquals(errors, []);
}

/** Resolves when a floor has risen, without a timer. */
function nextTrim(t: LogHarness): Promise<void> {
  return new Promise((resolve) => {
    t.trimmed.push = (...trimmed) => {
      resolve();
      return Array.prototype.push.apply(t.trimmed, trimmed);
    };
  });
}

const countIn = async (t: LogHarness, room: string) =>
  (await t.checkFold(room)).length;

Deno.test("Retention keeps everything unless it is told otherwise [L8]", async () => {
  await withLog(async (t) => {
    await t.post("old");
    t.now += 5_000 * DAY;
    await look(t, null);
    assertEquals(await countIn(t, t.lobby), 1);
  });
});

Deno.test("Retention goes by the room's days, else by the server's [L8]", async () => {
  await withLog(async (t) => {
    const own = await t.room("Own");
    await t.rooms.setRetention(own, 3, t.ada);
    const rooms = [t.lobby, own];
    for (const room of rooms) await t.post("old", { room });
    t.now += 2 * DAY;
    for (const room of rooms) await t.post("younger", { room });
    const counts = () => Promise.all(rooms.map((room) => countIn(t, room)));
    await look(t, 2);
    assertEquals(await counts(), [2, 2], "two days old is not yet older");
    t.now += 1;
    await look(t, 2);
    assertEquals(await counts(), [1, 2]);
    t.now += DAY;
    await look(t, null);
    assertEquals(await counts(), [1, 1]);
    await t.rooms.setRetention(own, null, t.ada);
    t.now += 10 * DAY;
    await look(t, null);
    assertEquals(await counts(), [1, 1], "no limit any more");
  });
});

Deno.test("Retention takes whole days from 1 to 3650 for rooms that exist", async () => {
  await withLog(async (t) => {
    for (const days of [0, -1, 1.5, 3_651, NaN, Infinity]) {
      await assertRefused(
        "bad_retention",
        t.rooms.setRetention(t.lobby, days, t.ada),
      );
    }
    await assertRefused("no_room", t.rooms.setRetention(uuidv7(), 1, t.ada));
    for (const days of [1, 3_650, null]) {
      await t.rooms.setRetention(t.lobby, days, t.ada);
      const { retention_days } = await t.db.read.selectFrom("rooms")
        .select("retention_days").where("id", "=", t.lobby)
        .executeTakeFirstOrThrow();
      assertEquals(retention_days, days);
    }
  });
});

Deno.test("Retention wipes what is too old from the database's files [L8]", async () => {
  await withLog(async (t, store) => {
    const { id } = await t.post("A short secret");
    await t.post("A long secret, on pages of its own. ".repeat(500));
    await t.post("Something else");
    t.now += 2 * DAY;
    await t.edit(id, "An edited secret");
    await t.post("No harm in this one");
    assert(await store.contains("secret"), "it was in a file at all");
    await look(t, 1);
    assert(!await store.contains("secret"), "while the database is open");
    assert(await store.contains("No harm in this one"));
  });
});

Deno.test("A program that is killed while it trims leaves a whole log [L8]", async () => {
  await withLog(async (t, store) => {
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < 5; round++) {
      await t.close();
      const until = 100 + Math.floor(Math.random() * 400);
      const args = [store.folder, t.lobby, t.ada];
      const lines = await runAndKill("trim_until_killed.ts", args, until);
      for (const line of lines) {
        const [seq, id] = line.split(" ") as [string, string];
        acknowledged.set(id, Number(seq));
      }
      await t.open();
      await t.checkFold();
      const { floor } = (await t.log.head(t.lobby))!;
      assertGreater(floor, 1);
      const places = await t.db.read.selectFrom("places").select("seq")
        .orderBy("seq").execute();
      assertEquals(
        places.map(({ seq }) => seq),
        Array.from({ length: floor - 1 }, (_, i) => i + 1),
        "the places of all that is gone, and of nothing else",
      );
      for (const table of ["entries", "messages"] as const) {
        const rest = await t.db.read.selectFrom(table).select("seq")
          .where("seq", "<", floor).execute();
        assertEquals(rest, [], table);
      }
    }
    const { seq: head, floor } = (await t.log.head(t.lobby))!;
    const gone = [...acknowledged].filter(([, seq]) => seq < floor);
    assertGreater(gone.length, 0);
    for (const [id, seq] of gone.slice(0, 200)) {
      const { seq: again, repeated } = await t.post("one", { id });
      assertEquals([again, repeated], [seq, true]);
    }
    assertEquals((await t.log.head(t.lobby))!.seq, head, "nothing was stored");
  });
});

/** Unread messages in the lobby, as told last. */
function unread(guest: Guest): number | undefined {
  const room = guest.last("me")?.rooms.find(({ slug }) => slug === "lobby");
  return room && room.posts - room.lastReadPosts;
}

async function lobbyOf(atoll: Atoll): Promise<string> {
  return (await atoll.rooms.find("lobby"))!.id;
}

Deno.test("A server started with another default puts it on record, once", async () => {
  const data = await Deno.makeTempDir();
  const seen: unknown[] = [];
  try {
    for (const retentionDays of [null, 30, 30, 7, null]) {
      const atoll = await openAtoll({ ...TEST_CONFIG, data, retentionDays });
      const { person } = await atoll.accounts.enter(`Ana ${seen.length}`);
      const owner = { person, role: "owner", onlyRoom: null } as const;
      const { acts } = await atoll.audit.page({ ...owner, mutedUntil: null });
      seen.push(acts.map(({ actor, action, detail }) => [
        ...[actor, action, detail.days, detail.before],
      ]));
      await atoll.close();
    }
  } finally {
    await Deno.remove(data, { recursive: true });
  }
  const act = (...detail: unknown[]) => [null, "default_retention", ...detail];
  const [first, second] = [[act(30, null)], [act(7, 30), act(30, null)]];
  assertEquals(seen, [[], first, first, second, [act(null, 7), ...second]]);
});

Deno.test("Those who look on lose what is too old at once, and count it as unread no more [L8]", async () => {
  const time = FakeTimers.install({ toFake: ["Date"] });
  try {
    await withAtoll(async (atoll, enter) => {
      const ana = await enter("Ana");
      const ben = await enter("Ben");
      await ana.ask({ type: "join", room: "lobby" });
      await ana.post("one");
      await ana.post("two");
      time.tick(2 * DAY);
      await ana.post("three");
      await until(() => unread(ben) === 3);
      const lobby = await lobbyOf(atoll);
      await atoll.rooms.setRetention(lobby, 1, ana.session.person.id);
      await until(() => ana.last("floor")?.floor === 3);
      await until(() => unread(ben) === 1);
      const page = await ben.ask({ type: "history", room: lobby, before: 9 });
      assert(page.type === "messages");
      assertEquals([page.messages.map(({ body }) => body), page.more], [
        ["three"],
        false,
      ]);
      const late = await enter("Cleo");
      assertEquals(unread(late) ?? 0, 0);
      await late.ask({ type: "join", room: lobby });
      await until(() => late.last("floor")?.floor === 3);
    });
  } finally {
    time.uninstall();
  }
});

Deno.test("A message that is sent again after it went gets its place, and nobody sees it twice [L3, L8]", async () => {
  const time = FakeTimers.install({ toFake: ["Date"] });
  try {
    await withAtoll(async (atoll, enter) => {
      const ana = await enter("Ana");
      await ana.ask({ type: "join", room: "lobby" });
      const id = uuidv7();
      const first = await ana.post("one", "lobby", id);
      time.tick(2 * DAY);
      await atoll.rooms.setRetention(
        await lobbyOf(atoll),
        1,
        ana.session.person.id,
      );
      await until(() => ana.last("floor")?.floor === 2);
      const again = await ana.post("one", "lobby", id);
      assert(first.type === "posted" && again.type === "posted");
      assertEquals(again.seq, first.seq);
      await ana.post("two");
      await until(() => ana.socket.seqs.length === 2);
      assertEquals(ana.socket.seqs, [1, 2]);
    });
  } finally {
    time.uninstall();
  }
});

Deno.test("Retention looks by itself, again and again, until it is closed [L8]", async () => {
  await withLog(async (t) => {
    const time = FakeTimers.install({
      toFake: ["setTimeout", "clearTimeout"],
    });
    const retention = new Retention({
      ...{ read: t.db.read, log: t.log, defaultDays: 1, now: () => t.now },
      onError: (error) => {
        throw error;
      },
    });
    try {
      for (const round of [1, 2, 3]) {
        await t.post("old");
        t.now += 2 * DAY;
        const trimmed = nextTrim(t);
        time.tick(60 * 60_000);
        await trimmed;
        assertEquals(t.trimmed.length, round);
      }
      await retention.close();
      await t.post("old");
      t.now += 2 * DAY;
      time.tick(2 * 60 * 60_000);
      await t.log.close();
      assertEquals(t.trimmed.length, 3);
    } finally {
      time.uninstall();
    }
  });
});
