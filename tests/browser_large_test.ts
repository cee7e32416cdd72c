/** Places with much in them: pages stay small, and what one looks for is found. */
import { assert, assertEquals } from "@std/assert";
import { uuidv7 } from "../lib/client/uuid.ts";
import { type Database, openDatabase } from "../lib/db/open.ts";
import { MessageLog } from "../lib/message_log.ts";
import { checkPersonName, checkRoomName } from "../lib/names.ts";
import { browserTest, isSound } from "./support/browser.ts";
import type { ServerProcess } from "./support/server.ts";

const ROOMS = Number(Deno.env.get("LARGE_ROOMS") ?? 1_000);
const PEOPLE = Number(Deno.env.get("LARGE_PEOPLE") ?? 300);
const MESSAGES = Number(Deno.env.get("LARGE_MESSAGES") ?? 2_000);

/** Writes into the place while it is closed. */
async function whileClosed(
  server: ServerProcess,
  write: (db: Database) => Promise<void>,
): Promise<void> {
  await server.stop();
  const db = await openDatabase({
    path: server.data,
    synchronous: "NORMAL",
    onError: (error) => console.error(error),
  });
  await write(db);
  await db.close();
  await server.restart();
}

async function inBatches<T>(
  count: number,
  make: (index: number) => Promise<T>,
): Promise<void> {
  for (let done = 0; done < count; done += 500) {
    const size = Math.min(500, count - done);
    await Promise.all(Array.from({ length: size }, (_, i) => make(done + i)));
  }
}

function makeRooms(db: Database, person: string): Promise<void> {
  return inBatches(ROOMS, (index) => {
    const { name, key } = checkRoomName(`Room ${index}`);
    return db.write("createRoom", {
      ...{ id: uuidv7(), name, key, slug: `room-${index}`, person },
      ...{ kind: "open", now: Date.now() } as const,
    });
  });
}

function makePeople(db: Database): Promise<void> {
  return inBatches(PEOPLE, (index) => {
    const { name, key } = checkPersonName(`Person ${index}`);
    return db.write("enter", {
      ...{ person: uuidv7(), name, key, now: Date.now() },
      tokenHash: crypto.getRandomValues(new Uint8Array(32)),
      expiresAt: Date.now() + 1e9,
      freedBefore: 0,
    });
  });
}

async function makeMessages(
  db: Database,
  { room, author }: { room: string; author: string },
): Promise<void> {
  const log = new MessageLog(db);
  await inBatches(MESSAGES, (index) =>
    log.append({
      ...{ kind: "posted", id: uuidv7(), room, author } as const,
      body: `no. ${index} ${"and so on ".repeat(index % 30)}`,
    }));
  await log.close();
}

const elements = () => document.querySelectorAll("body *").length;

browserTest(
  "With thousands of rooms, people and messages the page stays small, and one types what one looks for",
  async (server, visitors) => {
    const ana = await (await visitors.come()).enter(server.url, "Ana");
    const { page } = ana;
    const { person } = await page.evaluate(async () =>
      await (await fetch("/api/session")).json()
    );
    const { room: lobby } = await page.evaluate(
      async () => (await (await fetch("/api/rooms/lobby")).json()),
    );
    await whileClosed(server, async (db) => {
      await makeRooms(db, person.id);
      await makePeople(db);
      await makeMessages(db, { room: lobby.id, author: person.id });
    });
    await page.goto(`${server.url}/rooms/lobby`);
    await ana.seesStatus("Connected");
    const before = await page.evaluate(elements);
    console.log(`${before} elements`);
    assert(before < 8_000, `${before} elements`);

    // Rooms: by a part of the name, in the list and with Ctrl+K.
    const nav = page.getByRole("navigation", { name: "Rooms" });
    const links = nav.locator(".room-list a");
    assertEquals(await links.count(), 150);
    await nav.getByText(`${(ROOMS + 1 - 150).toLocaleString("en")} more rooms`)
      .waitFor();
    const last = `Room ${ROOMS - 1}`;
    await nav.getByRole("searchbox", { name: "Find a room" }).fill(last);
    await nav.getByRole("link", { name: last }).waitFor();
    assertEquals(await links.count(), 1);
    await nav.getByRole("searchbox").fill("none like this");
    await nav.getByText("No room has “none like this” in its name.").waitFor();
    await nav.getByRole("searchbox").fill("");
    await page.keyboard.press("Control+K");
    await page.getByRole("combobox", { name: "Room" }).fill(last);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: last }).waitFor();
    await page.goBack();

    // People.
    await ana.composer.fill("");
    await ana.composer.pressSequentially(`@person ${PEOPLE - 1}`);
    await page.getByRole("option", { name: `Person ${PEOPLE - 1}` }).waitFor();
    await ana.composer.fill("");

    // Messages: while one scrolls up, the document stays as large.
    await ana.log.evaluate((log) => log.scrollTop = 0);
    let highest = 0;
    let rows = 0;
    for (let screens = 0; screens < 200; screens++) {
      const seen = await ana.log.evaluate(async (log) => {
        log.scrollTop -= 2_000;
        for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
        const found = [...log.querySelectorAll("article")];
        return {
          rows: found.length,
          oldest: Number(found[0]?.dataset.seq),
        };
      });
      rows = Math.max(rows, seen.rows);
      highest = seen.oldest;
      if (seen.oldest < MESSAGES - 1_000) break;
    }
    assert(highest < MESSAGES - 1_000, `only up to ${highest}`);
    assert(rows <= 300, `${rows} rows`);
    const after = await page.evaluate(elements);
    console.log(`${rows} rows at most, ${after} elements after scrolling`);
    assert(after < 12_000, `${after} elements`);
    await isSound(ana);
  },
);
