/** What entries of the kinds `member` and `settings` do besides being told. */
import type { AppendPlan } from "./append_plan.ts";
import type { Act, MemberDraft, SettingsDraft } from "./drafts.ts";
import { bumpPerson, follow } from "./membership_writes.ts";
import { freeSlug } from "./room_writes.ts";
import type { Trx } from "./schema.ts";

/** Carries out what the plans' acts say, in the transaction that stores them. */
export async function carryOut(
  trx: Trx,
  plans: readonly AppendPlan[],
  now: number,
): Promise<Act[]> {
  const acts: Act[] = [];
  for (const { acts: drafts, entries, room } of plans) {
    for (const draft of drafts) {
      const { seq } = entries.find(({ id }) => id === draft.id)!;
      acts.push({ room: room.id, seq, ...await carryOutOne(trx, draft, now) });
    }
  }
  return acts;
}

async function carryOutOne(
  trx: Trx,
  draft: MemberDraft | SettingsDraft,
  now: number,
): Promise<{ person: string | null; ended: boolean }> {
  if (draft.kind === "settings") {
    await change(trx, draft, now);
    return { person: null, ended: false };
  }
  const person = draft.person.id;
  if (draft.change === "joined") await letIn(trx, draft, now);
  else await letGo(trx, draft);
  return { person, ended: draft.change !== "joined" };
}

async function letIn(trx: Trx, { room, person }: MemberDraft, now: number) {
  await trx.deleteFrom("removals").where("person", "=", person.id)
    .where("room", "=", room).execute();
  await follow(trx, { person: person.id, room, now });
}

async function letGo(trx: Trx, { room, person, until }: MemberDraft) {
  await trx.deleteFrom("memberships").where("person", "=", person.id)
    .where("room", "=", room).execute();
  await passOn(trx, room, person.id);
  if (until !== undefined) {
    await trx.insertInto("removals").values({ person: person.id, room, until })
      .onConflict((c) => c.columns(["person", "room"]).doUpdateSet({ until }))
      .execute();
  }
  await bumpPerson(trx, person.id);
}

/** A private room whose keeper goes is kept by who was in it for longest. */
export async function passOn(
  trx: Trx,
  room: string,
  keeper: string,
): Promise<void> {
  const oldest = await trx.selectFrom("memberships").where("room", "=", room)
    .orderBy("joined_at").orderBy("person").select("person").limit(1)
    .executeTakeFirst();
  if (!oldest) return;
  await trx.updateTable("rooms").set({ created_by: oldest.person })
    .where("id", "=", room).where("kind", "=", "private")
    .where("created_by", "=", keeper).execute();
}

async function change(trx: Trx, draft: SettingsDraft, now: number) {
  const { room, roomName, topic, archived, named } = draft;
  const values = {
    ...roomName !== undefined && { name: roomName },
    ...topic !== undefined && { topic },
    ...archived !== undefined && { archived_at: archived ? now : null },
    ...named && { name_key: named.key, slug: await moveSlug(trx, room, named) },
  };
  if (Object.keys(values).length === 0) return;
  await trx.updateTable("rooms").set(values).where("id", "=", room).execute();
}

/** The room's new address; the old one goes on to lead to it. */
async function moveSlug(
  trx: Trx,
  room: string,
  named: { slug: string },
): Promise<string> {
  const { slug: old } = await trx.selectFrom("rooms").where("id", "=", room)
    .select("slug").executeTakeFirstOrThrow();
  if (old === "lobby") return old;
  const slug = await freeSlug(trx, named.slug, room);
  if (slug === old) return old;
  // Its own again, as when a name is taken back.
  await trx.deleteFrom("old_slugs").where("slug", "=", slug).execute();
  await trx.insertInto("old_slugs").values({ slug: old, room })
    .onConflict((c) => c.column("slug").doUpdateSet({ room })).execute();
  return slug;
}
