/**
 * All write transactions by name. Each runs alone in one transaction; its
 * arguments and its result cross to another thread, so both are plain data.
 * A `Refusal` thrown inside rolls back and reaches the caller as it is.
 */
import { append } from "./append.ts";
import {
  followOpen,
  leaveRoom,
  markRead,
  markUnread,
  setNotify,
} from "./membership_writes.ts";
import { putChallenge, takeChallenge } from "./challenge_writes.ts";
import {
  addPasskey,
  recover,
  removePasskey,
  removePassword,
  renamePasskey,
  replaceCodes,
  setPassword,
  usePasskey,
} from "./credential_writes.ts";
import { enter, removeAccount, rename, setPicture } from "./people_writes.ts";
import {
  endOtherSessions,
  endSession,
  proveSession,
  signIn,
  sweepSessions,
  touchSession,
} from "./session_writes.ts";
import {
  invite,
  revokeInvitation,
  useInvitation,
} from "./invitation_writes.ts";
import { keepOrder } from "./order_writes.ts";
import {
  changePlace,
  claimPlace,
  offerSetup,
  setPlacePicture,
} from "./place_writes.ts";
import {
  noteDefaultRetention,
  setRetention,
  trimRoom,
} from "./retention_writes.ts";
import {
  addUpload,
  claimLoose,
  dropUpload,
  expireUploads,
  forgetLoose,
  releaseLoose,
} from "./file_writes.ts";
import { createRoom, openDirectRoom } from "./room_writes.ts";
import type { Trx } from "./schema.ts";
import { indexMessages } from "./search_writes.ts";

/** Writes something of no meaning: tells whether anything can be written, as on a full disk nothing can. */
async function probe(trx: Trx, { now }: { now: number }): Promise<void> {
  const value = String(now);
  await trx.insertInto("meta").values({ key: "probed", value })
    .onConflict((c) => c.column("key").doUpdateSet({ value })).execute();
}

/** The collection; new write functions are added here. */
export const writes = {
  append,
  enter,
  rename,
  setPicture,
  removeAccount,
  signIn,
  proveSession,
  touchSession,
  endSession,
  endOtherSessions,
  sweepSessions,
  setPassword,
  removePassword,
  recover,
  replaceCodes,
  putChallenge,
  takeChallenge,
  addPasskey,
  usePasskey,
  renamePasskey,
  removePasskey,
  createRoom,
  openDirectRoom,
  followOpen,
  leaveRoom,
  markRead,
  probe,
  markUnread,
  setNotify,
  setRetention,
  noteDefaultRetention,
  trimRoom,
  addUpload,
  dropUpload,
  expireUploads,
  claimLoose,
  forgetLoose,
  releaseLoose,
  indexMessages,
  keepOrder,
  offerSetup,
  claimPlace,
  changePlace,
  setPlacePicture,
  invite,
  revokeInvitation,
  useInvitation,
};

/** The names of all write transactions. */
export type WriteName = keyof typeof writes;

/** What the named write takes. */
export type WriteArgs<N extends WriteName> = Parameters<typeof writes[N]>[1];

/** What the named write gives. */
export type WriteResult<N extends WriteName> = Awaited<
  ReturnType<typeof writes[N]>
>;

/** Runs the named write in a transaction that is already open. */
export function runWrite(
  trx: Trx,
  name: WriteName,
  args: unknown,
): Promise<unknown> {
  const write = writes[name] as (trx: Trx, args: unknown) => Promise<unknown>;
  return write(trx, args);
}
