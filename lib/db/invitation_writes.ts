/** Write transactions on invitations. */
import { Refusal } from "../errors.ts";
import { may, mayInRoom } from "../permissions.ts";
import type { Person, Role, RoomKind } from "../protocol.ts";
import { append, type AppendResult } from "./append.ts";
import { record } from "./audit_writes.ts";
import { bumpPerson, checkRemoval, followOpen } from "./membership_writes.ts";
import { enter, type Entrance } from "./people_writes.ts";
import type { InvitationsTable, Trx } from "./schema.ts";

/** An invitation to be made. */
export interface NewInvitation {
  id: string;
  hash: Uint8Array;
  role: "member" | "guest";
  /** The one room that guests see; members are in it besides all others. */
  room: string | null;
  actor: string;
  now: number;
  /** Milliseconds since 1970, null for never. */
  expiresAt: number | null;
  maxUses: number | null;
}

/** Makes an invitation; refused with `forbidden`, or `no_room`. */
export async function invite(trx: Trx, one: NewInvitation): Promise<void> {
  const { id, hash, role, room, actor, now, expiresAt, maxUses } = one;
  await checkInviter(trx, one);
  await trx.insertInto("invitations").values({
    ...{ id, token_hash: hash, role, room, uses: 0, max_uses: maxUses },
    ...{ created_by: actor, created_at: now, expires_at: expiresAt },
  }).execute();
  await record(trx, {
    ...{ at: now, actor, action: "invite", room },
    detail: { role, expiresAt, maxUses },
  });
}

/** Members let guests into rooms that they are in; staff let in anyone. */
async function checkInviter(
  trx: Trx,
  { actor, role, room }: NewInvitation,
): Promise<void> {
  const by = await trx.selectFrom("persons").where("id", "=", actor)
    .select(["role", "only_room"]).executeTakeFirst();
  if (!by || by.only_room !== null) throw new Refusal("forbidden");
  if (!mayInvite(by.role, { role, room })) throw new Refusal("forbidden");
  if (room === null) return;
  const standing = await standingOf(trx, actor, room);
  if (!standing || !mayInRoom(by.role, "read", standing)) {
    throw new Refusal("no_room");
  }
  if (!mayInRoom(by.role, "inviteByLink", standing)) {
    throw new Refusal("forbidden");
  }
}

function mayInvite(
  by: Role,
  { role, room }: Pick<InvitationsTable, "role" | "room">,
): boolean {
  const needsStaff = room === null || role === "member";
  return needsStaff ? may(by, "invitePeople") : by !== "guest";
}

async function standingOf(trx: Trx, person: string, room: string) {
  const found = await trx.selectFrom("rooms").where("id", "=", room)
    .select(["kind", "created_by"]).executeTakeFirst();
  if (!found) return null;
  const inside = await isInside(trx, person, room);
  return { kind: found.kind, inside, maker: found.created_by === person };
}

async function isInside(trx: Trx, person: string, room: string) {
  const row = await trx.selectFrom("memberships").where("room", "=", room)
    .where("person", "=", person).select("person").executeTakeFirst();
  return row !== undefined;
}

/** Takes an invitation back: staff any, others their own. Refused with `no_invitation`. */
export async function revokeInvitation(
  trx: Trx,
  { id, actor, now }: { id: string; actor: string; now: number },
): Promise<void> {
  const by = await trx.selectFrom("persons").where("id", "=", actor)
    .select("role").executeTakeFirst();
  const isStaff = by !== undefined && may(by.role, "invitePeople");
  const found = await trx.deleteFrom("invitations").where("id", "=", id)
    .$if(!isStaff, (query) => query.where("created_by", "=", actor))
    .returning(["room", "role"]).executeTakeFirst();
  if (!found) throw new Refusal("no_invitation");
  const { room, role } = found;
  await record(trx, {
    ...{ at: now, actor, action: "revoke", room },
    detail: { role },
  });
}

/** Someone who comes by an invitation. */
export interface InvitedArgs {
  hash: Uint8Array;
  person: Person;
  /** The id of the entry by which a private room hears of it. */
  entry: string;
  /** Null for someone who is here already. */
  newcomer: Entrance | null;
  now: number;
}

/** Where an invitation leads. */
export interface Invited {
  role: Role;
  room: string | null;
  /** What the private room's log got, or null. */
  appended: AppendResult | null;
}

/**
 * Lets someone in by an invitation, or who is here into its room. All of it or
 * nothing: a crash neither uses a link up in vain nor leaves anybody before
 * the door. Refused
 * with `no_invitation` when it is unknown, over, used up or was made by
 * someone who may not make it any more; with `forbidden` for a guest of
 * another room, with `removed` for who was sent out of this one.
 */
export async function useInvitation(
  trx: Trx,
  { hash, person: who, entry, newcomer, now }: InvitedArgs,
): Promise<Invited> {
  const person = who.id;
  const found = await trx.selectFrom("invitations")
    .where("token_hash", "=", hash).selectAll().forUpdate().executeTakeFirst();
  if (!found || isOver(found, now)) throw new Refusal("no_invitation");
  const { room } = found;
  await checkStillMay(trx, found);
  const kind = await kindOf(trx, found);
  if (newcomer) {
    await enter(trx, { ...newcomer, onlyRoom: onlyRoomOf(found) });
  } else if (await isUseless(trx, person, found)) {
    return { role: found.role, room, appended: null };
  }
  const appended = room !== null && kind !== "open"
    ? await joinPrivate(trx, { person: who, entry, room, now })
    : null;
  if (room !== null && kind === "open") {
    await followOpen(trx, { person, room, now });
  }
  if (found.role === "member") await openAllRooms(trx, person);
  await trx.updateTable("invitations").where("id", "=", found.id)
    .set((eb) => ({ uses: eb("uses", "+", 1) })).execute();
  await bumpPerson(trx, person);
  const act = { at: now, actor: person, action: "invited" as const, room };
  const detail = { role: found.role, by: found.created_by };
  await record(trx, { ...act, person, detail });
  return { role: found.role, room, appended };
}

/** Into a private room one comes by an entry of its log. */
async function joinPrivate(
  trx: Trx,
  { person, entry, room, now }: {
    person: Person;
    entry: string;
    room: string;
    now: number;
  },
): Promise<AppendResult> {
  // Only who keeps the room lets them in again.
  await checkRemoval(trx, { person: person.id, room, now });
  const appended = await append(trx, {
    drafts: [{
      ...{ kind: "member", change: "joined", invited: true, room },
      ...{ id: entry, author: person.id, person },
    }],
    now,
  });
  const [outcome] = appended.outcomes;
  if (outcome && "refused" in outcome) throw new Refusal(outcome.refused);
  return appended;
}

/** Who was a guest of one room may see the others from now on. */
async function openAllRooms(trx: Trx, person: string): Promise<void> {
  await trx.updateTable("persons").where("id", "=", person)
    .set({ only_room: null }).execute();
}

function isOver(
  { expires_at, uses, max_uses }: InvitationsTable,
  now: number,
): boolean {
  return expires_at !== null && expires_at <= now ||
    max_uses !== null && uses >= max_uses;
}

/** The one room that they may see; everyone comes as a guest, and sets a password then. */
function onlyRoomOf({ role, room }: InvitationsTable): string | null {
  return role === "guest" ? room : null;
}

/** Who lost the role that it took, or deleted their account, lets nobody in any more. */
async function checkStillMay(trx: Trx, found: InvitationsTable) {
  const by = await trx.selectFrom("persons")
    .where("id", "=", found.created_by).select("role").executeTakeFirst();
  if (!by || !mayInvite(by.role, found)) throw new Refusal("no_invitation");
}

/** The kind of the room that it opens; who left a private room lets nobody in any more. */
async function kindOf(
  trx: Trx,
  { room, created_by }: InvitationsTable,
): Promise<RoomKind | null> {
  if (room === null) return null;
  const found = await trx.selectFrom("rooms").where("id", "=", room)
    .select("kind").executeTakeFirst();
  if (!found) throw new Refusal("no_invitation");
  const holds = found.kind === "open" ||
    created_by !== null && await isInside(trx, created_by, room);
  if (!holds) throw new Refusal("no_invitation");
  return found.kind;
}

/** Whether it gives nothing to someone who is here: then it isn't used up either. */
async function isUseless(
  trx: Trx,
  person: string,
  { role, room }: InvitationsTable,
): Promise<boolean> {
  const one = await trx.selectFrom("persons").where("id", "=", person)
    .select("only_room").executeTakeFirstOrThrow();
  if (one.only_room !== null && role === "member") return false;
  if (one.only_room !== null && one.only_room !== room) {
    throw new Refusal("forbidden");
  }
  return room === null || await isInside(trx, person, room);
}
