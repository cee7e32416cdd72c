/**
 * Write transactions on the search index. New messages get a number in the
 * append's own transaction, which costs it 1.16 × the processor time, and their
 * tokens a moment later, many at once: that is 20 µs a message, which nobody
 * waits for. A message that changes takes its tokens along in the same
 * transaction, since afterwards nobody knows which they were (L7).
 */
import type { Expression, ExpressionBuilder } from "kysely";
import { hasLink, TOKENS_VERSION, tokensOf } from "../search_tokens.ts";
import { padded } from "./lists.ts";
import type { MessageRow, MessagesTable, Schema, Trx } from "./schema.ts";
import { searchEngineOf } from "./search_engine.ts";

/** How far the index has got. */
export interface IndexState {
  /** Documents above this number, up to `to`, have their tokens in the index. */
  from: number;
  to: number;
  /** The number of the newest document. */
  newest: number;
}

/** What tells whose, and what kind of, message a document is. */
export const SIGNS = {
  author: (person: string) => `_f${person.replaceAll("-", "")}`,
  room: (room: string) => `_r${room.replaceAll("-", "")}`,
  link: "_link",
  file: "_file",
  image: "_image",
  reaction: "_reaction",
} as const;

/** A new message, and what decides about its tokens. */
export interface PostedMessage extends Indexed {
  seq: number;
}

/** Gives numbers to messages that were inserted just now: they are at `places`. */
export async function numberDocs(
  trx: Trx,
  places: Expression<{ room: string; seq: number }>,
  posted: () => PostedMessage[],
): Promise<void> {
  const engine = searchEngineOf(trx);
  if (engine.insert) {
    const docs = posted().map((message) => {
      const { room, seq } = message;
      return { room, seq, tokens: tokensFor(message) };
    });
    return await engine.insert(trx, docs);
  }
  await trx.insertInto("search_docs").columns(["room", "seq"])
    .expression(places).execute();
}

/** Takes over what these messages are to become; call it before they do. */
export async function changeIndexed(
  trx: Trx,
  messages: readonly MessageRow[],
): Promise<void> {
  if (messages.length === 0) return;
  const { from, to } = await indexedRange(trx);
  if (from === to) return;
  const present = await indexedDocs(trx, { from, to })
    .where("m.id", "in", padded(messages.map(({ id }) => id))).execute();
  const changes = present.flatMap(({ doc, ...before }) => {
    const after = messages.find(({ room, seq }) =>
      room === before.room && seq === before.seq
    );
    if (!after) return [];
    const { files, images } = before;
    const now = tokensFor({ ...after, files, images });
    return [{ doc, before: tokensFor(before), after: now }];
  });
  await searchEngineOf(trx).change(trx, changes);
}

/** Removes the tokens and numbers of a room's messages below a seq; call it before these go. */
export async function forgetIndexed(
  trx: Trx,
  { room, below }: { room: string; below: number },
): Promise<void> {
  const gone = await indexedDocs(trx, await indexedRange(trx))
    .where("m.room", "=", room).where("m.seq", "<", below).execute();
  await searchEngineOf(trx).change(
    trx,
    gone.map((one) => ({
      doc: one.doc,
      before: tokensFor(one),
      after: new Set<string>(),
    })),
  );
  await trx.deleteFrom("search_docs")
    .where("room", "=", room).where("seq", "<", below).execute();
}

/**
 * Empties the index where it was made by other rules than ours. What is there
 * by now is indexed in the background, what comes is before every search.
 */
export async function openIndex(
  trx: Trx,
  unicode: string | undefined,
): Promise<void> {
  // The tokens of a text depend on the Unicode tables of the runtime.
  const rules = `${TOKENS_VERSION}, Unicode ${unicode}`;
  if (await readMeta(trx, "search_rules") === rules) return;
  await searchEngineOf(trx).clear(trx);
  const newest = await newestDoc(trx);
  await writeMeta(trx, "search_rules", rules);
  await writeIndex(trx, { from: newest, to: newest });
}

/** Indexes some documents: new ones first, then older ones, the newest of them first. */
export async function indexMessages(
  trx: Trx,
  { limit }: { limit: number },
): Promise<IndexState> {
  const state = await readIndex(trx);
  const { newest } = state;
  if (searchEngineOf(trx).insert) state.to = newest;
  const first = state.to < newest ? state.to : Math.max(0, state.from - limit);
  const last = state.to < newest
    ? Math.min(newest, state.to + limit)
    : state.from;
  const range = { from: first, to: last };
  await lockDocs(trx, range);
  const docs = await indexedDocs(trx, range).execute();
  await searchEngineOf(trx).change(
    trx,
    docs.map((one) => ({
      doc: one.doc,
      before: new Set<string>(),
      after: tokensFor(one),
    })),
  );
  if (state.to < newest) state.to = last;
  else state.from = first;
  await writeIndex(trx, state);
  return state;
}

/** Nobody changes these messages until their tokens are stored, or this waits for who does. */
async function lockDocs(trx: Trx, { from, to }: DocRange): Promise<void> {
  if (from === to) return;
  await trx.selectFrom("search_docs").select("doc")
    .where("doc", ">", from).where("doc", "<=", to)
    .orderBy("doc").forUpdate().execute();
}

/** Where documents have tokens that a change has to take along. */
async function indexedRange(trx: Trx): Promise<DocRange> {
  const isEverywhere = searchEngineOf(trx).insert !== undefined;
  return isEverywhere
    ? { from: 0, to: Number.MAX_SAFE_INTEGER }
    : await readIndex(trx);
}

type DocRange = Pick<IndexState, "from" | "to">;

/** Documents with their messages, as far as these have a text. */
function indexedDocs(trx: Trx, { from, to }: DocRange) {
  return trx.selectFrom("search_docs as d")
    .innerJoin(
      "messages as m",
      (join) =>
        join.onRef("m.room", "=", "d.room").onRef("m.seq", "=", "d.seq"),
    )
    .where("d.doc", ">", from).where("d.doc", "<=", to)
    .where("m.deleted", "=", 0)
    .select((eb) => [
      ...["d.doc", "m.room", "m.seq", "m.author", "m.body"] as const,
      ...["m.deleted", "m.reactions"] as const,
      countFiles(eb, "%").as("files"),
      countFiles(eb, "image/%").as("images"),
    ]).orderBy("d.doc");
}

/** How many files of a type the message `m` of the query around has. */
function countFiles(
  eb: ExpressionBuilder<Schema & { m: MessagesTable }, "m">,
  type: string,
) {
  return eb.selectFrom("attachments as a")
    .whereRef("a.room", "=", "m.room").whereRef("a.message", "=", "m.id")
    .where("a.type", "like", type)
    .select(({ fn }) => fn.countAll<number>().as("count"));
}

/** What decides about a message's tokens. */
interface Indexed extends
  Pick<
    MessageRow,
    "room" | "author" | "body" | "deleted" | "reactions"
  > {
  files: number | null;
  images: number | null;
}

/** All tokens of a message, none of a deleted one. */
function tokensFor(message: Indexed): Set<string> {
  if (message.deleted) return new Set();
  const tokens = tokensOf(message.body);
  tokens.add(SIGNS.author(message.author));
  tokens.add(SIGNS.room(message.room));
  if (hasLink(message.body)) tokens.add(SIGNS.link);
  if (message.reactions !== null) tokens.add(SIGNS.reaction);
  if (message.files) tokens.add(SIGNS.file);
  if (message.images) tokens.add(SIGNS.image);
  return tokens;
}

async function readIndex(trx: Trx): Promise<IndexState> {
  return {
    from: Number(await readMeta(trx, "search_from") ?? 0),
    to: Number(await readMeta(trx, "search_to") ?? 0),
    newest: await newestDoc(trx),
  };
}

async function writeIndex(
  trx: Trx,
  { from, to }: DocRange,
): Promise<void> {
  await writeMeta(trx, "search_from", String(from));
  await writeMeta(trx, "search_to", String(to));
}

async function newestDoc(trx: Trx): Promise<number> {
  const row = await trx.selectFrom("search_docs")
    .select(({ fn }) => fn.max<number | null>("doc").as("doc"))
    .executeTakeFirst();
  return row?.doc ?? 0;
}

async function readMeta(trx: Trx, key: string): Promise<string | undefined> {
  const row = await trx.selectFrom("meta").select("value")
    .where("key", "=", key).executeTakeFirst();
  return row?.value;
}

async function writeMeta(trx: Trx, key: string, value: string): Promise<void> {
  await trx.insertInto("meta").values({ key, value })
    .onConflict((c) => c.column("key").doUpdateSet({ value })).execute();
}
