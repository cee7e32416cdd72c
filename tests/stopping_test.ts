/** A server that stops lets go of everybody before it does what takes long. */
import { assertEquals, assertMatch } from "@std/assert";
import { Atoll } from "../lib/app.ts";
import { openDatabase } from "../lib/db/open.ts";
import { FOLLOWING_LIMITS } from "../lib/following.ts";
import { logError } from "../lib/logging.ts";
import { CLOSE } from "../lib/protocol.ts";
import { Signals } from "../lib/signals/signals.ts";
import { Guest, TEST_CONFIG } from "./support/atoll.ts";
import { newPlace } from "./support/places.ts";
import { until } from "./support/until.ts";

/** A server over a new database, and the latter to look at. */
async function start(unlock = () => {}) {
  const place = await newPlace();
  const config = { ...TEST_CONFIG, ...place.settings };
  const db = await openDatabase({ path: config.data, onError: logError });
  const atoll = new Atoll(config, db, {
    ...{ signals: new Signals(), mark: "", unlock },
  });
  const enter = async (name: string) => {
    const { token } = await atoll.accounts.enter(name);
    return new Guest(atoll, (await atoll.sessions.find(token))!);
  };
  return { place, db, atoll, enter };
}

Deno.test("What everybody read is written at once when they are let go [D6]", async () => {
  const limits = FOLLOWING_LIMITS as { readInterval: number };
  const { readInterval } = limits;
  limits.readInterval = 10 * 60_000;
  const { place, db, atoll, enter } = await start();
  try {
    const people: Guest[] = [];
    for (let i = 0; i < 20; i++) people.push(await enter(`Guest ${i}`));
    await people[0]!.post("Hello");
    for (const guest of people) {
      const rooms = () => guest.last("me")?.rooms ?? [];
      await until(() => rooms().some(({ head }) => head === 1), "the news");
      guest.send({ type: "read", room: "lobby", seq: 1 });
      await guest.ask({ type: "ping" });
    }
    const unread = () =>
      db.read.selectFrom("memberships").where("last_read", "=", 0)
        .select("person").execute();
    assertEquals((await unread()).length, people.length - 1);
    let writes = 0;
    const { onWrite, close } = db;
    db.onWrite = (name) => {
      onWrite(name);
      if (name === "markRead") writes++;
    };
    let left: unknown[] | undefined;
    db.close = async () => {
      left = await unread();
      await close.call(db);
    };
    await atoll.close();
    assertEquals(left, []);
    assertEquals(writes, 1);
  } finally {
    await atoll.close();
    await place.remove();
    limits.readInterval = readInterval;
  }
});

Deno.test("Connections are closed while deleted text is still being wiped", async () => {
  let isUnlocked = false;
  const { place, db, atoll, enter } = await start(() => isUnlocked = true);
  const wiping = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<boolean>();
  db.checkpoint = () => {
    wiping.resolve();
    return gate.promise;
  };
  const ada = await enter("Ada");
  const id = crypto.randomUUID();
  await ada.post("a secret", "lobby", id);
  await ada.ask({
    ...{ type: "delete", room: "lobby" },
    ...{ id: crypto.randomUUID(), message: id },
  });
  await wiping.promise;
  const closing = atoll.close();
  await until(() => ada.socket.closed !== undefined, "the connection to close");
  assertEquals(ada.socket.closed!.code, CLOSE.restarting);
  assertMatch(ada.socket.closed!.reason, /^restarting \d+$/);
  assertEquals(isUnlocked, false, "the text is still being wiped");
  gate.resolve(true);
  await closing;
  assertEquals(isUnlocked, true);
  await place.remove();
});
