/** Write transactions on the place itself: its settings, and who owns it. */
import { Refusal } from "../errors.ts";
import { may } from "../permissions.ts";
import { record } from "./audit_writes.ts";
import { bumpPerson } from "./membership_writes.ts";
import { enter, type Entrance } from "./people_writes.ts";
import type { Trx } from "./schema.ts";

/** Under which key the hash of the owner link is, while one holds. */
export const SETUP_CODE = "setup_code";

/** Under which keys the place's picture is. */
export const PICTURE = { hash: "picture", bytes: "picture_webp" } as const;

/** Settings of the place by their names; what is missing stays. */
export interface PlaceChange {
  name?: string;
  entry?: string;
}

/**
 * Stores what is kept of a new owner link, unless somebody owns the place who
 * can come in: then no link holds any more. Gives whether it was stored.
 */
export async function offerSetup(
  trx: Trx,
  { hash, now }: { hash: string; now: number },
): Promise<boolean> {
  const owner = await trx.selectFrom("persons as p")
    .where("p.role", "=", "owner")
    .where(({ or, exists, selectFrom }) =>
      or([
        exists(
          selectFrom("sessions").whereRef("person", "=", "p.id")
            .where("expires_at", ">", now).select("person"),
        ),
        exists(
          selectFrom("passwords").whereRef("person", "=", "p.id")
            .select("person"),
        ),
        exists(
          selectFrom("passkeys").whereRef("person", "=", "p.id")
            .select("person"),
        ),
      ])
    )
    .select("p.id").limit(1).executeTakeFirst();
  if (owner) {
    await trx.deleteFrom("place").where("key", "=", SETUP_CODE).execute();
  } else await set(trx, SETUP_CODE, hash);
  return !owner;
}

/**
 * Makes someone the owner by the owner link, once: who is here already, or a
 * newcomer. Refused with `wrong_code`.
 */
export async function claimPlace(
  trx: Trx,
  { hash, person, newcomer, now }: {
    hash: string;
    person: string;
    newcomer: Entrance | null;
    now: number;
  },
): Promise<void> {
  // Of two who have the code at once, one finds it.
  const used = await trx.deleteFrom("place").where("key", "=", SETUP_CODE)
    .where("value", "=", hash).executeTakeFirst();
  if (used.numDeletedRows === 0n) throw new Refusal("wrong_code");
  if (newcomer) await enter(trx, newcomer);
  await trx.updateTable("persons").where("id", "=", person)
    .set({ role: "owner", only_room: null }).execute();
  await bumpPerson(trx, person);
  await record(trx, { at: now, actor: person, action: "setup", person });
}

/** Changes settings of the place; refused with `forbidden`. */
export async function changePlace(
  trx: Trx,
  { actor, change, now }: { actor: string; change: PlaceChange; now: number },
): Promise<void> {
  await checkManager(trx, actor);
  for (const [key, value] of Object.entries(change)) {
    await set(trx, key, value);
  }
  const act = { at: now, actor, action: "place_settings" } as const;
  await record(trx, { ...act, detail: { ...change } });
}

/** The place's picture, encoded anew. */
export interface PlacePicture {
  hash: string;
  bytes: Uint8Array;
}

/**
 * Sets the place's picture, or removes it; refused with `forbidden`. One small
 * file that every page may ask for: as text among the settings.
 */
export async function setPlacePicture(
  trx: Trx,
  { actor, picture, now }: {
    actor: string;
    picture: PlacePicture | null;
    now: number;
  },
): Promise<void> {
  await checkManager(trx, actor);
  await trx.deleteFrom("place")
    .where("key", "in", [PICTURE.hash, PICTURE.bytes]).execute();
  if (picture) {
    await set(trx, PICTURE.hash, picture.hash);
    await set(trx, PICTURE.bytes, picture.bytes.toBase64());
  }
  const act = { at: now, actor, action: "place_settings" } as const;
  const detail = { picture: picture === null ? "removed" : "set" };
  await record(trx, { ...act, detail });
}

async function checkManager(trx: Trx, actor: string): Promise<void> {
  const by = await trx.selectFrom("persons").where("id", "=", actor)
    .select("role").executeTakeFirst();
  if (!by || !may(by.role, "managePlace")) throw new Refusal("forbidden");
}

async function set(trx: Trx, key: string, value: string): Promise<void> {
  await trx.insertInto("place").values({ key, value })
    .onConflict((c) => c.column("key").doUpdateSet({ value })).execute();
}
