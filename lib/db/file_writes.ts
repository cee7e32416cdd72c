/** Write transactions on uploads and on the files of messages. */
import { expressionBuilder } from "kysely";
import { Refusal } from "../errors.ts";
import type { FileInfo } from "../protocol.ts";
import { padded } from "./lists.ts";
import { lockPerson } from "./locks.ts";
import type { Schema, Trx, UploadsTable } from "./schema.ts";

/**
 * Keeps an upload until a message takes it; refused with `too_many_uploads`.
 * False, and nothing is done, while a machine removes the same content.
 */
export async function addUpload(
  trx: Trx,
  { upload, most }: { upload: UploadsTable; most: number },
): Promise<boolean> {
  // Until the end whoever judges this content waits, and then sees the upload.
  const removingUntil = await noteLoose(trx, upload.hash);
  if (removingUntil > upload.created_at) return false;
  await lockPerson(trx, upload.person);
  const { waiting } = await trx.selectFrom("uploads")
    .where("person", "=", upload.person)
    .select(({ fn }) => fn.countAll<number>().as("waiting"))
    .executeTakeFirstOrThrow();
  if (Number(waiting) >= most) throw new Refusal("too_many_uploads");
  await trx.insertInto("uploads").values(upload).execute();
  // Whoever was about to remove it was killed.
  await trx.updateTable("loose_files").set({ removing_until: null })
    .where("hash", "=", upload.hash).execute();
  return true;
}

/** Forgets an upload that its person no longer wants; refused with `no_file`. */
export async function dropUpload(
  trx: Trx,
  { id, person }: { id: string; person: string },
): Promise<void> {
  const gone = await trx.deleteFrom("uploads").where("id", "=", id)
    .where("person", "=", person).returning("hash").execute();
  if (gone.length === 0) throw new Refusal("no_file");
  await noteAllLoose(trx, gone);
}

/** Forgets uploads that no message took, the oldest hundred at a time. */
export async function expireUploads(
  trx: Trx,
  { before }: { before: number },
): Promise<void> {
  const old = trx.selectFrom("uploads").where("created_at", "<", before)
    .orderBy("created_at").limit(100).select("id");
  await noteAllLoose(
    trx,
    await trx.deleteFrom("uploads").where("id", "in", old)
      .returning("hash").execute(),
  );
}

/** The uploads with these ids. */
export async function readUploads(
  trx: Trx,
  ids: readonly string[],
): Promise<UploadsTable[]> {
  if (ids.length === 0) return [];
  // Locked, since rooms are written side by side, and each is taken once.
  return await trx.selectFrom("uploads").selectAll()
    .where("id", "in", padded(ids)).orderBy("id").forUpdate().execute();
}

/** Uploads that a message takes, in the order in which it shows them. */
export interface Attaching {
  room: string;
  message: string;
  uploads: readonly UploadsTable[];
}

/** Makes uploads the files of messages. */
export async function attach(
  trx: Trx,
  attaching: readonly Attaching[],
): Promise<void> {
  for (const { room, message, uploads } of attaching) {
    const rows = uploads.map((
      { person: _, created_at: __, ...file },
      index,
    ) => ({
      ...file,
      room,
      message,
      position: index,
    }));
    await trx.insertInto("attachments").values(rows).execute();
    await trx.deleteFrom("uploads")
      .where("id", "in", rows.map(({ id }) => id)).execute();
  }
}

/** Takes the files away from messages that are gone (L7, L8). */
export async function detach(
  trx: Trx,
  room: string,
  messages: readonly string[],
): Promise<void> {
  if (messages.length === 0) return;
  const gone = await trx.deleteFrom("attachments").where("room", "=", room)
    .where("message", "in", padded(messages)).returning("hash").execute();
  await noteAllLoose(trx, gone);
}

/** The content of these may have to go: `forgetLoose` once that was looked at. */
async function noteAllLoose(
  trx: Trx,
  files: readonly { hash: string }[],
): Promise<void> {
  for (const hash of [...new Set(files.map(({ hash }) => hash))].sort()) {
    await noteLoose(trx, hash);
  }
}

/** Gives until when it is being removed, 0 for not. */
async function noteLoose(trx: Trx, hash: string): Promise<number> {
  // Written even if it is there: whoever judges it now waits for this.
  const { removing_until } = await trx.insertInto("loose_files")
    .values({ hash, removing_until: null })
    .onConflict((conflict) => conflict.column("hash").doUpdateSet({ hash }))
    .returning("removing_until").executeTakeFirstOrThrow();
  return removing_until ?? 0;
}

/** How a machine takes it on itself to remove some content. */
export interface Claim {
  hash: string;
  now: number;
  /** When it is void. */
  until: number;
  /** Until when this machine's own was to hold, which came to nothing. */
  own: number | null;
}

/**
 * Takes it on oneself to remove content that nothing refers to, right now:
 * nobody takes it up before `forgetLoose`, or before so long, when this
 * machine was killed. Tells whether it is to be removed.
 */
export async function claimLoose(
  trx: Trx,
  { hash, now, until, own }: Claim,
): Promise<boolean> {
  const loose = await trx.selectFrom("loose_files").select("removing_until")
    .where("hash", "=", hash).forUpdate().executeTakeFirst();
  if (!loose) return false;
  const removingUntil = loose.removing_until ?? 0;
  if (removingUntil > now && removingUntil !== own) return false;
  // By a statement of its own, which sees what the lock was waited for.
  const { numUpdatedRows } = await trx.updateTable("loose_files")
    .set({ removing_until: until }).where("hash", "=", hash)
    .where(({ not }) => not(isReferredTo())).executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Lets go of what is being removed: for a program that knows that nobody else
 * does, and has just begun. Whoever did was killed.
 */
export async function releaseLoose(
  trx: Trx,
  { now }: { now: number },
): Promise<void> {
  await trx.updateTable("loose_files").set({ removing_until: null })
    .where("removing_until", ">", now).execute();
}

/** These have been removed from the store, or are kept since something refers to them. */
export async function forgetLoose(
  trx: Trx,
  { removed, kept }: { removed: readonly string[]; kept: readonly string[] },
): Promise<void> {
  if (removed.length > 0) {
    await trx.deleteFrom("loose_files").where("hash", "in", padded(removed))
      .execute();
  }
  if (kept.length === 0) return;
  // Whoever takes a reference away has noted it here, or will after this.
  await trx.selectFrom("loose_files").select("hash")
    .where("hash", "in", padded(kept)).orderBy("hash").forUpdate().execute();
  // What was referred to when it was looked at may have lost that since.
  await trx.deleteFrom("loose_files").where("hash", "in", padded(kept))
    .where(isReferredTo()).execute();
}

function isReferredTo() {
  const eb = expressionBuilder<Schema, "loose_files">();
  return eb.or([
    eb.exists(
      eb.selectFrom("uploads").select("id")
        .whereRef("uploads.hash", "=", "loose_files.hash"),
    ),
    eb.exists(
      eb.selectFrom("attachments").select("id")
        .whereRef("attachments.hash", "=", "loose_files.hash"),
    ),
  ]);
}

/** What readers are told of a file. */
export function fileInfo(file: UploadsTable): FileInfo {
  const { id, name, type, size, width, height } = file;
  return {
    ...{ id, name, type, size },
    ...width !== null && height !== null && { width, height },
  };
}
