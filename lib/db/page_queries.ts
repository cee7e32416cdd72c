/** Reads of the present state of messages. */
import type { Kysely } from "kysely";
import type { Message } from "../protocol.ts";
import { weightOf } from "./lists.ts";
import type { Schema } from "./schema.ts";

/**
 * UTF-8 bytes that a page of messages may have: a frame with it must leave
 * room below what a connection may buffer.
 */
const PAGE_BYTES = 96 * 1024;

/** A page of messages, and the room's head as of which it was read. */
export interface MessagesPage {
  /** The room's head, 0 when it is empty. */
  seq: number;
  /** Id of the entry at `seq`, empty when the room is empty. */
  id: string;
  /** Messages posted in the room up to `seq`. */
  posts: number;
  /** Oldest first. */
  messages: Message[];
  /** Whether there are older messages than these. */
  more: boolean;
}

/**
 * The newest messages, or those older than `before`, with the room's head:
 * `limit` of them or fewer long ones, at least one unless there is none.
 * One statement, hence one snapshot (L5). Null when there is no such room.
 */
export async function readPage(
  db: Kysely<Schema>,
  room: string,
  { before, limit }: { before?: number; limit: number },
): Promise<MessagesPage | null> {
  const rows = await selectPage(db, room, before, limit + 1).execute();
  const head = rows[0];
  if (!head) return null;
  const found = rows.flatMap((row) => row.rev === null ? [] : toMessage(row));
  const count = Math.min(limit, fittingIn(PAGE_BYTES, found));
  return {
    seq: head.head,
    id: head.head_id ?? "",
    posts: head.roomPosts,
    messages: found.slice(0, count).reverse(),
    more: found.length > count,
  };
}

/** How many of the first messages weigh less together; at least one. */
function fittingIn(bytes: number, messages: readonly Message[]): number {
  let weight = 0;
  const over = messages.findIndex(({ body, reactions }) =>
    (weight += weightOf(body, reactions ? JSON.stringify(reactions) : null)) >
      bytes
  );
  return over < 0 ? messages.length : Math.max(1, over);
}

function selectPage(
  db: Kysely<Schema>,
  room: string,
  before: number | undefined,
  limit: number,
) {
  return db.selectFrom("rooms as r")
    .leftJoin(
      "messages as m",
      (join) =>
        join.onRef("m.room", "=", "r.id").onRef("m.seq", ">=", "r.floor")
          .on("m.seq", "<", before ?? Number.MAX_SAFE_INTEGER),
    )
    .leftJoin("persons as p", "p.id", "m.author")
    .where("r.id", "=", room)
    .select(["r.head", "r.head_id", "r.posts as roomPosts"])
    .select(["m.id", "m.seq", "m.rev", "m.at", "m.posts", "m.author"])
    .select(["p.name", "p.picture", "m.body", "m.edited_at", "m.deleted"])
    .select(["m.kind", "m.data", "m.reactions", "m.pinned_at"])
    .orderBy("m.seq", "desc").limit(limit);
}

type PageRow = Awaited<
  ReturnType<ReturnType<typeof selectPage>["execute"]>
>[number];

function toMessage(row: PageRow): Message {
  return {
    id: row.id ?? "",
    seq: row.seq ?? 0,
    rev: row.rev ?? 0,
    at: row.at ?? 0,
    posts: row.posts ?? 0,
    author: row.author ?? "",
    name: row.name ?? "",
    ...row.picture !== null && { picture: row.picture },
    body: row.body ?? "",
    ...(row.kind === "member" || row.kind === "settings") && { kind: row.kind },
    ...row.data !== null && JSON.parse(row.data),
    ...row.reactions !== null && { reactions: JSON.parse(row.reactions) },
    ...row.pinned_at !== null && { pinnedAt: row.pinned_at },
    ...row.edited_at !== null && !row.deleted && { editedAt: row.edited_at },
    ...row.deleted && { deleted: true as const },
  };
}
