import { assert, assertEquals, assertRejects } from "@std/assert";
import { Accounts } from "../lib/accounts.ts";
import { type Database, openDatabase } from "../lib/db/open.ts";
import { Refusal } from "../lib/errors.ts";
import { SESSION_LIFETIME, Sessions } from "../lib/sessions.ts";
import { newPlace } from "./support/places.ts";

const HOUR = 60 * 60 * 1_000;

/** Accounts and sessions over a temporary database, by a clock of the test's own. */
async function withClock(
  test: (
    parts: {
      db: Database;
      accounts: Accounts;
      sessions: Sessions;
      pass: (ms: number) => void;
    },
  ) => Promise<void>,
): Promise<void> {
  const place = await newPlace();
  const { data: path, postgres } = place.settings;
  const db = await openDatabase({ path, postgres, onError: () => {} });
  let now = Date.now();
  try {
    await test({
      db,
      accounts: new Accounts(db, () => now),
      sessions: new Sessions(db, () => now),
      pass: (ms) => now += ms,
    });
  } finally {
    await db.close();
    await place.remove();
  }
}

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, Refusal)).code;
}

Deno.test("A guest's name is held for 30 days after last seen, then free [N1]", async () => {
  await withClock(async ({ accounts, sessions, pass }) => {
    const { token, person } = await accounts.enter("Ana");
    pass(SESSION_LIFETIME - HOUR);
    assertEquals(await refusalOf(accounts.enter("Аna")), "name_taken");
    assert(await sessions.find(token));
    pass(SESSION_LIFETIME - HOUR);
    assertEquals(await refusalOf(accounts.enter("ana")), "name_taken");
    pass(2 * HOUR);
    const next = await accounts.enter("ana");
    assert(next.person.id !== person.id);
  });
});

Deno.test("A session lasts 30 days after its last use, and is then forgotten", async () => {
  await withClock(async ({ db, accounts, sessions, pass }) => {
    const { token } = await accounts.enter("Ana");
    pass(SESSION_LIFETIME - HOUR);
    assertEquals((await sessions.find(token))?.extended, true);
    pass(SESSION_LIFETIME - HOUR);
    assert(await sessions.find(token));
    pass(SESSION_LIFETIME);
    assertEquals(await sessions.find(token), null);
    await sessions.sweep();
    const rows = await db.read.selectFrom("sessions").selectAll().execute();
    assertEquals(rows.length, 0);
  });
});

Deno.test("A token is stored hashed only", async () => {
  await withClock(async ({ db, accounts }) => {
    const { token } = await accounts.enter("Ana");
    const [row] = await db.read.selectFrom("sessions").selectAll().execute();
    assertEquals(row!.token_hash.length, 32);
    assert(!JSON.stringify(row).includes(token));
    assert(!new TextDecoder().decode(row!.token_hash).includes(token));
  });
});

Deno.test("A rename gives the old name back and takes no one else's [N1]", async () => {
  await withClock(async ({ accounts }) => {
    const ana = await accounts.enter("Ana");
    await accounts.enter("Omar");
    const { id } = ana.person;
    assertEquals(await refusalOf(accounts.rename(id, "0mar")), "name_taken");
    assertEquals((await accounts.rename(id, "ANA")).name, "ANA");
    await accounts.rename(id, "Anna");
    await accounts.enter("Ana");
  });
});
