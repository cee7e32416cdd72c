/** Searching 300,000 messages, English and Chinese mixed, made from a seed. */
import { uuidv7 } from "../../lib/client/uuid.ts";
import { type Database, openDatabase } from "../../lib/db/open.ts";
import { checkPersonName } from "../../lib/names.ts";
import type { Who } from "../../lib/permissions.ts";
import { Rooms } from "../../lib/rooms.ts";
import { Search } from "../../lib/search.ts";
import { MessageLog } from "../../lib/message_log.ts";
import { type Bench, megabytes, round, type Row } from "../row.ts";
import { Writer } from "../search_texts.ts";

const MESSAGES = 300_000;
const ROOMS = 20;
const PEOPLE = 50;
/** Searches of each kind: no more than each person may make without waiting. */
const RUNS = 150;

/** First pages, by what is looked for. */
const QUERIES: Record<string, (writer: Writer) => string> = {
  "common word": (writer) => writer.common(),
  "rare word": (writer) => writer.rare(),
  "two Chinese characters (开会)": () => "开会",
  "part of a word": (writer) => writer.rare().slice(1, 6),
  "from: and a word": (writer) =>
    `from:Person${writer.below(PEOPLE)} ${writer.common()}`,
  "no match": (writer) => `${writer.rare()}${writer.rare()}`,
};

/** Fills a database, indexes it, and searches. */
export const search: Bench = async ({ log }) => {
  const folder = await Deno.makeTempDir({ prefix: "atoll-search-" });
  try {
    const db = await openDatabase({
      path: folder,
      synchronous: "NORMAL",
      onError: (error) => log(String(error)),
    });
    const people = await enter(db);
    const before = await fill(db, people, log);
    await db.checkpoint();
    const sizes = [await sizeOf(folder)];
    const indexing = await index(db, log);
    sizes.push(await sizeOf(folder));
    const rows = [
      row("appends while nothing is indexed", `${round(before)} a second`),
      row("indexing", `${round(MESSAGES / indexing)} a second`),
      row("database without the index", megabytes(sizes[0]!)),
      row("index", megabytes(sizes[1]! - sizes[0]!)),
      ...await measure(db, people, log),
    ];
    await db.close();
    return rows;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
};

function row(name: string, atoll: string): Row {
  return { name: `search: ${name}`, atoll };
}

async function enter(db: Database): Promise<string[]> {
  const people: string[] = [];
  for (let i = 0; i < PEOPLE; i++) {
    const person = uuidv7();
    const name = `Person${i}`;
    await db.write("enter", {
      person,
      name,
      key: checkPersonName(name).key,
      tokenHash: crypto.getRandomValues(new Uint8Array(32)),
      now: Date.now(),
      expiresAt: Date.now() + 1e9,
      freedBefore: 0,
    });
    people.push(person);
  }
  return people;
}

/** Posts all messages; gives how many a second. */
async function fill(
  db: Database,
  people: string[],
  log: (line: string) => void,
): Promise<number> {
  const rooms: string[] = [];
  for (let i = 0; i < ROOMS; i++) {
    const id = uuidv7();
    const name = `room${i}`;
    await db.write("createRoom", {
      ...{ id, name, key: name, slug: name, person: people[0]! },
      kind: "open",
      now: Date.now(),
    });
    rooms.push(id);
  }
  const messages = new MessageLog(db);
  const writer = new Writer(1);
  const start = performance.now();
  for (let done = 0; done < MESSAGES;) {
    const batch = Array.from({ length: 500 }, () =>
      messages.append({
        kind: "posted",
        id: uuidv7(),
        room: rooms[writer.below(ROOMS)]!,
        author: people[writer.below(PEOPLE)]!,
        body: writer.message(),
      }));
    await Promise.all(batch);
    done += batch.length;
    if (done % 50_000 === 0) log(`${done} messages posted`);
  }
  await messages.close();
  return MESSAGES / (performance.now() - start) * 1_000;
}

/** Indexes everything; gives the seconds it took. */
async function index(
  db: Database,
  log: (line: string) => void,
): Promise<number> {
  const start = performance.now();
  for (let more = true; more;) {
    const { from, to, newest } = await db.write("indexMessages", {
      limit: 200,
    });
    more = from > 0 || to < newest;
    if (to % 50_000 === 0) log(`${to} messages indexed`);
  }
  await db.checkpoint();
  return (performance.now() - start) / 1_000;
}

async function measure(
  db: Database,
  people: string[],
  log: (line: string) => void,
): Promise<Row[]> {
  const finder = new Search(db, new Rooms(db), (error) => log(String(error)));
  const writer = new Writer(1);
  // What a server does at its start: the reader's thread, and the index from disk.
  const prepared = await time(() => finder.prepare());
  const gaps = new LoopGaps();
  const first = await time(() => finder.find(whoIs(people[0]!), "warm"));
  const rows = [
    row("preparing, at the start", `${round(prepared)} ms`),
    row("the very first search", `${round(first)} ms`),
  ];
  let next = 0;
  for (const [name, query] of Object.entries(QUERIES)) {
    const times: number[] = [];
    let found = 0;
    for (let i = 0; i < RUNS; i++) {
      const person = whoIs(people[++next % PEOPLE]!);
      const text = query(writer);
      times.push(
        await time(async () => {
          found += (await finder.find(person, text)).results.length;
        }),
      );
    }
    times.sort((a, b) => a - b);
    const at = (part: number) => round(times[Math.floor(RUNS * part)]!);
    log(`${name}: ${found / RUNS} results a page`);
    rows.push(row(`${name}, p50 / p99`, `${at(0.5)} / ${at(0.99)} ms`));
  }
  rows.push(
    row(
      "the event loop's longest turn, of processor time",
      `${round(gaps.stop())} ms`,
    ),
  );
  await finder.close();
  return rows;
}

function whoIs(id: string): Who {
  const person = { id, name: "" };
  return { person, role: "member", onlyRoom: null, mutedUntil: null };
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/**
 * The longest turn of the event loop, by the main thread's own processor time:
 * what other programs take doesn't count.
 */
class LoopGaps {
  #last = mainThreadTime();
  #longest = 0;
  readonly #timer = setInterval(() => this.#tick(), 1);

  /** Milliseconds. */
  stop(): number {
    clearInterval(this.#timer);
    return this.#longest;
  }

  #tick(): void {
    const now = mainThreadTime();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
  }
}

/** Milliseconds of processor time; the first thread has the process's number. */
function mainThreadTime(): number {
  const path = `/proc/self/task/${Deno.pid}/schedstat`;
  return Number(Deno.readTextFileSync(path).split(" ")[0]) / 1e6;
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name } of Deno.readDir(folder)) {
    bytes += (await Deno.stat(`${folder}/${name}`)).size;
  }
  return bytes;
}
