/** Passkey challenges: answered once, soon, by whom they were given to. */
import { assertEquals } from "@std/assert";
import { CHALLENGE_LIFETIME, Challenges } from "../lib/challenges.ts";
import { uuidv7 } from "../lib/client/uuid.ts";
import { type Database, openDatabase } from "../lib/db/open.ts";
import type { WriteArgs } from "../lib/db/writes.ts";
import { Sessions } from "../lib/sessions.ts";
import { newPlace } from "./support/places.ts";

const NOBODY = { browser: "a browser", person: null };

/** Challenges over a temporary database, by a clock of the test's own. */
async function withChallenges(
  test: (
    parts: {
      db: Database;
      challenges: Challenges;
      sessions: Sessions;
      pass: (ms: number) => void;
      /** What is stored. */
      rows: () => Promise<Record<string, unknown>[]>;
    },
  ) => Promise<void>,
): Promise<void> {
  const place = await newPlace();
  const { data: path, postgres } = place.settings;
  const db = await openDatabase({ path, postgres, onError: () => {} });
  let time = Date.now();
  const now = () => time;
  try {
    await test({
      db,
      challenges: new Challenges(db, now),
      sessions: new Sessions(db, now),
      pass: (ms) => time += ms,
      rows: () => db.read.selectFrom("challenges").selectAll().execute(),
    });
  } finally {
    await db.close();
    await place.remove();
  }
}

Deno.test("A challenge is answered once, though several answer it together", async () => {
  await withChallenges(async ({ challenges }) => {
    await challenges.put("a", NOBODY);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => challenges.take("a", NOBODY)),
    );
    assertEquals(answers.filter((isRight) => isRight).length, 1);
    assertEquals(await challenges.take("a", NOBODY), false);
    assertEquals(await challenges.take("of nobody", NOBODY), false);
  });
});

Deno.test("A challenge is for one browser and one purpose; whoever tries another uses it up", async () => {
  await withChallenges(async ({ challenges }) => {
    const [ana, omar] = [uuidv7(), uuidv7()];
    const others = [
      { ...NOBODY, browser: "another" },
      { ...NOBODY, browser: "" },
      { ...NOBODY, person: ana },
    ];
    for (const [i, other] of others.entries()) {
      await challenges.put(`${i}`, NOBODY);
      assertEquals(await challenges.take(`${i}`, other), false);
      assertEquals(await challenges.take(`${i}`, NOBODY), false);
    }
    const adding = { ...NOBODY, person: ana };
    for (const other of [NOBODY, { ...NOBODY, person: omar }]) {
      await challenges.put("add", adding);
      assertEquals(await challenges.take("add", other), false);
    }
    await challenges.put("add", adding);
    assertEquals(await challenges.take("add", adding), true);
  });
});

Deno.test("A challenge that is too old is refused, and forgotten with the sessions", async () => {
  await withChallenges(async ({ challenges, sessions, pass, rows }) => {
    await challenges.put("in time", NOBODY);
    await challenges.put("late", NOBODY);
    pass(CHALLENGE_LIFETIME - 1);
    await challenges.put("new", NOBODY);
    assertEquals(await challenges.take("in time", NOBODY), true);
    pass(1);
    assertEquals(await challenges.take("late", NOBODY), false);
    await challenges.put("forgotten", NOBODY);
    pass(CHALLENGE_LIFETIME - 1);
    await sessions.sweep();
    assertEquals((await rows()).length, 1);
    pass(1);
    await sessions.sweep();
    assertEquals(await rows(), []);
  });
});

Deno.test("Of too many challenges the oldest give way", async () => {
  await withChallenges(async ({ db, rows }) => {
    let time = 0;
    const bounds = new Set<unknown>();
    // As many as the server lets wait would take the test minutes.
    const write = ((name: "putChallenge", args: WriteArgs<"putChallenge">) => {
      bounds.add(args.most);
      return db.write(name, { ...args, most: 3 });
    }) as Database["write"];
    const challenges = new Challenges({ write }, () => ++time);
    for (let i = 0; i < 6; i++) await challenges.put(`${i}`, NOBODY);
    assertEquals((await rows()).length, 3);
    assertEquals([...bounds], [10_000]);
    const kept = new Challenges(db, () => time);
    assertEquals(await kept.take("2", NOBODY), false);
    assertEquals(await kept.take("3", NOBODY), true);
    assertEquals(await kept.take("5", NOBODY), true);
  });
});

Deno.test("Neither a challenge nor a browser's cookie is stored", async () => {
  await withChallenges(async ({ challenges, rows }) => {
    const holder = { browser: "the cookie's value", person: uuidv7() };
    await challenges.put("the challenge", holder);
    const [row] = await rows() as [
      { challenge_hash: Uint8Array; browser_hash: Uint8Array; person: string },
    ];
    assertEquals(row.person, holder.person);
    for (const bytes of [row.challenge_hash, row.browser_hash]) {
      assertEquals(bytes.length, 32);
      const text = new TextDecoder().decode(bytes);
      assertEquals(
        text.includes("challenge") || text.includes("cookie"),
        false,
      );
    }
  });
});
