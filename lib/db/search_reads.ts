/** Finding messages by what they say. */
import type { Kysely } from "kysely";
import { Refusal } from "../errors.ts";
import {
  findRanges,
  fold,
  hasLink,
  patternOf,
  tokensOfQuery,
} from "../search_tokens.ts";
import type { Has } from "../search_query.ts";
import { excerptOf } from "./search_excerpt.ts";
import { padded } from "./lists.ts";
import type { RoomsTable, Schema } from "./schema.ts";
import { searchEngineOf } from "./search_engine.ts";
import { SIGNS } from "./search_writes.ts";

/** What to look for, with all names resolved. */
export interface SearchArgs {
  /** Who asks: only rooms that they may read are looked through. */
  person: string;
  /** Milliseconds since 1970. */
  now: number;
  words: readonly string[];
  without: readonly string[];
  has: readonly Has[];
  author?: string;
  room?: string;
  /** Milliseconds since 1970: only older messages. */
  before?: number;
  /** Milliseconds since 1970: only these and younger ones. */
  after?: number;
  /** Goes on behind a page's `next`. */
  below?: number;
  limit: number;
  /** Milliseconds after which it is refused with `too_broad`. */
  timeout: number;
}

/** A message that was found. */
export interface FoundMessage {
  id: string;
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
  room: Pick<RoomsTable, "id" | "slug" | "name" | "kind">;
  /** The author's person id. */
  author: string;
  name: string;
  /** The part of the text around the first match. */
  excerpt: string;
  /** Where the excerpt matches: `[start, end]` in UTF-16 code units. */
  marks: [number, number][];
}

/** A page of what was found, the newest first. */
export interface FoundPage {
  results: FoundMessage[];
  /** Where the next page goes on, or null when this is all. */
  next: number | null;
}

/** Documents looked at in one statement: few at first, since most searches need no more. */
const STEPS = { first: 64, largest: 1_024 };

/**
 * Messages for which all holds that was asked. The index finds candidates; what
 * they say now, and whether the person may read it now, decides.
 */
export async function searchMessages(
  db: Kysely<Schema>,
  args: SearchArgs,
): Promise<FoundPage> {
  const giveUp = performance.now() + args.timeout;
  const tokens = tokensFor(args);
  const matches = matcher(args);
  const range = await rangeOf(db, args);
  const found: CandidateRow[] = [];
  let step = STEPS.first;
  for (let below = range.below; found.length <= args.limit;) {
    const docs = await candidates(db, tokens, { ...range, below, limit: step });
    for (const row of await readDocs(db, docs, args)) {
      if (matches(row)) found.push(row);
      if (found.length > args.limit) break;
    }
    if (docs.length < step) break;
    if (performance.now() > giveUp) throw new Refusal("too_broad");
    below = docs.at(-1)!;
    step = Math.min(step * 2, STEPS.largest);
  }
  const page = found.slice(0, args.limit);
  const patterns = args.words.map(patternOf);
  return {
    results: page.map((row) => toFound(row, patterns)),
    next: found.length > args.limit ? page.at(-1)!.doc : null,
  };
}

/** The tokens that all documents in question have. */
function tokensFor({ words, has, author, room }: SearchArgs): string[] {
  const tokens = new Set(words.flatMap((word) => [...tokensOfQuery(word)]));
  if (author !== undefined) tokens.add(SIGNS.author(author));
  if (room !== undefined) tokens.add(SIGNS.room(room));
  for (const kind of has) tokens.add(SIGNS[kind]);
  return [...tokens];
}

/** Whether a message is what was asked for, whatever the index says. */
function matcher(args: SearchArgs): (row: CandidateRow) => boolean {
  const words = args.words.map(patternOf);
  const without = args.without.map(patternOf);
  return ({ body }) => {
    if (args.has.includes("link") && !hasLink(body)) return false;
    if (words.length + without.length === 0) return true;
    const text = fold(body);
    return words.every((pattern) => text.search(pattern) >= 0) &&
      without.every((pattern) => text.search(pattern) < 0);
  };
}

interface DocRange {
  below: number;
  from: number;
}

/**
 * The documents between two times: these grow with the numbers, except where
 * the server's clock was set back.
 */
async function rangeOf(
  db: Kysely<Schema>,
  { before, after, below = Number.MAX_SAFE_INTEGER }: SearchArgs,
): Promise<DocRange> {
  const end = before === undefined ? below : await firstDocAt(db, before);
  return {
    below: Math.min(below, end),
    from: after === undefined ? 0 : await firstDocAt(db, after),
  };
}

/** The first document that is not older than a time, found by halving. */
async function firstDocAt(db: Kysely<Schema>, at: number): Promise<number> {
  const ends = await db.selectFrom("search_docs")
    .select(({ fn }) => fn.max<number | null>("doc").as("last"))
    .executeTakeFirst();
  let [low, high] = [0, ends?.last ?? 0];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const next = await db.selectFrom("search_docs as d")
      .innerJoin(
        "messages as m",
        (join) =>
          join.onRef("m.room", "=", "d.room").onRef("m.seq", "=", "d.seq"),
      )
      .where("d.doc", ">", middle).select(["d.doc", "m.at"])
      .orderBy("d.doc").limit(1).executeTakeFirst();
    if (next && next.at < at) low = next.doc;
    else high = middle;
  }
  return low + 1;
}

async function candidates(
  db: Kysely<Schema>,
  tokens: readonly string[],
  { below, from, limit }: DocRange & { limit: number },
): Promise<number[]> {
  if (tokens.length > 0) {
    return await searchEngineOf(db).find(db, { tokens, below, from, limit });
  }
  const rows = await db.selectFrom("search_docs").select("doc")
    .where("doc", "<", below).where("doc", ">=", from)
    .orderBy("doc", "desc").limit(limit).execute();
  return rows.map(({ doc }) => doc);
}

/** Those of the documents that the person may read, and that all but the words fit. */
async function readDocs(
  db: Kysely<Schema>,
  docs: readonly number[],
  args: SearchArgs,
) {
  if (docs.length === 0) return [];
  return await selectDocs(db, docs, args).execute();
}

function selectDocs(
  db: Kysely<Schema>,
  docs: readonly number[],
  { person, now, author, room, before, after }: SearchArgs,
) {
  return db.selectFrom("search_docs as d")
    .innerJoin(
      "messages as m",
      (join) =>
        join.onRef("m.room", "=", "d.room").onRef("m.seq", "=", "d.seq"),
    )
    .innerJoin("rooms as r", "r.id", "m.room")
    .leftJoin("persons as p", "p.id", "m.author")
    .where("d.doc", "in", padded(docs))
    .where("m.deleted", "=", 0).whereRef("m.seq", ">=", "r.floor")
    .where((eb) =>
      eb.or([
        eb("r.kind", "=", "open"),
        eb.exists(
          eb.selectFrom("memberships").whereRef("room", "=", "r.id")
            .where("person", "=", person).select("person"),
        ),
      ])
    )
    .where((eb) =>
      eb.not(eb.exists(
        eb.selectFrom("removals").whereRef("room", "=", "r.id")
          .where("person", "=", person).where("until", ">", now)
          .select("person"),
      ))
    )
    .$if(author !== undefined, (query) => query.where("m.author", "=", author!))
    .$if(room !== undefined, (query) => query.where("m.room", "=", room!))
    .$if(before !== undefined, (query) => query.where("m.at", "<", before!))
    .$if(after !== undefined, (query) => query.where("m.at", ">=", after!))
    .select(["d.doc", "m.id", "m.seq", "m.at", "m.author", "m.body", "p.name"])
    .select(["r.id as room", "r.slug", "r.name as roomName", "r.kind"])
    .orderBy("d.doc", "desc");
}

type CandidateRow = Awaited<
  ReturnType<ReturnType<typeof selectDocs>["execute"]>
>[number];

function toFound(
  row: CandidateRow,
  patterns: readonly RegExp[],
): FoundMessage {
  const { id, seq, at, author, name, body, room, slug, roomName, kind } = row;
  return {
    id,
    seq,
    at,
    room: { id: room, slug, name: roomName, kind },
    author,
    name: name ?? "",
    ...excerptOf(body, findRanges(body, patterns)),
  };
}
