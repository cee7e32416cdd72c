/** Invitations: links that let people in, into the place or into one room. */
import * as v from "valibot";
import type { Accounts, Newcomer } from "./accounts.ts";
import type { Attempts } from "./attempts.ts";
import { uuidv7 } from "./client/uuid.ts";
import { hashCode, newCode } from "./codes.ts";
import type { Visit } from "./credentials.ts";
import type { Invited } from "./db/invitation_writes.ts";
import type { Database } from "./db/open.ts";
import type { Entrance } from "./db/people_writes.ts";
import { isUuid } from "./db/uuid.ts";
import { Refusal } from "./errors.ts";
import type { MessageLog } from "./message_log.ts";
import { may, type Who } from "./permissions.ts";
import type { Person } from "./protocol.ts";
import type { Rooms } from "./rooms.ts";

const DAY = 24 * 60 * 60 * 1000;
const LONGEST = 3_650 * DAY;
const MOST_USES = 10_000;

const count = (most: number) =>
  v.optional(
    v.nullable(
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most)),
    ),
  );

/** An invitation as it is asked for. */
export interface InvitationWish {
  role: "member" | "guest";
  /** Id or slug of the room: the only one that guests see. */
  room?: string | null | undefined;
  /** Milliseconds; null for ever. */
  lifetime?: number | null | undefined;
  maxUses?: number | null | undefined;
}

/** Checks that. */
export const invitationWish: v.GenericSchema<unknown, InvitationWish> = v
  .object({
    role: v.picklist(["member", "guest"]),
    room: v.optional(v.nullable(v.string())),
    lifetime: count(LONGEST),
    maxUses: count(MOST_USES),
  });

/** What a form asks for; refused with `bad_frame`. */
export function readWish(wish: unknown): InvitationWish {
  const result = v.safeParse(invitationWish, wish);
  if (!result.success) throw new Refusal("bad_frame");
  return result.output;
}

/** An invitation in the list. */
export interface ListedInvitation {
  id: string;
  role: "member" | "guest";
  /** Null for none, and for one that the reader may not know of: see `hidden`. */
  room: { id: string; slug: string; name: string } | null;
  hidden: boolean;
  by: Person | null;
  createdAt: number;
  /** Milliseconds since 1970, or null. */
  expiresAt: number | null;
  uses: number;
  maxUses: number | null;
}

/** What invitations are made of. */
export interface InvitationsOptions {
  db: Database;
  accounts: Accounts;
  rooms: Rooms;
  log: Pick<MessageLog, "tell">;
  attempts: Attempts;
  now?: () => number;
}

const LISTED = 200;

/** Makes, lists, takes back and honours invitations. */
export class Invitations {
  readonly #options: InvitationsOptions;
  readonly #db: Database;
  readonly #now: () => number;
  /** Called after someone who was here came in by one: rooms and role may be new. */
  onUse: (person: string) => void = () => {};

  /** Invitations of a database. */
  constructor(options: InvitationsOptions) {
    this.#options = options;
    this.#db = options.db;
    this.#now = options.now ?? Date.now;
  }

  /** Makes one and gives its code, which is nowhere else; refused with `forbidden` or `no_room`. */
  async make(
    who: Who,
    { role, room, lifetime, maxUses }: InvitationWish,
  ): Promise<{ id: string; code: string }> {
    const seen = room ? await this.#options.rooms.see(who, room) : null;
    const now = this.#now();
    const code = newCode(5);
    const id = uuidv7(now);
    await this.#db.write("invite", {
      ...{ id, role, now },
      hash: await hashCode(code),
      room: seen?.id ?? null,
      actor: who.person.id,
      expiresAt: lifetime ? now + lifetime : null,
      maxUses: maxUses ?? null,
    });
    return { id, code };
  }

  /** The newest ones: all for staff, one's own for others. */
  async list(who: Who): Promise<ListedInvitation[]> {
    const person = who.person.id;
    const rows = await this.#db.read.selectFrom("invitations as i")
      .leftJoin("persons as p", "p.id", "i.created_by")
      .leftJoin("rooms as r", "r.id", "i.room")
      .leftJoin(
        "memberships as m",
        (join) => join.onRef("m.room", "=", "r.id").on("m.person", "=", person),
      )
      .$if(
        !may(who.role, "invitePeople"),
        (query) => query.where("i.created_by", "=", person),
      )
      .orderBy("i.id", "desc").limit(LISTED)
      .select([
        ...["i.id", "i.role", "i.room", "i.created_by", "uses"] as const,
        ...["i.created_at", "expires_at", "max_uses"] as const,
        ...["p.name as inviter", "r.slug", "r.name", "r.kind"] as const,
        "m.joined_at",
      ]).execute();
    return rows.map((row) => {
      const isSeen = row.kind === "open" || row.joined_at !== null;
      return {
        id: row.id,
        role: row.role as "member" | "guest",
        room: row.room !== null && isSeen
          ? { id: row.room, slug: row.slug!, name: row.name! }
          : null,
        hidden: row.room !== null && !isSeen,
        by: row.inviter === null
          ? null
          : { id: row.created_by!, name: row.inviter },
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        uses: row.uses,
        maxUses: row.max_uses,
      };
    });
  }

  /** Takes one back; refused with `no_invitation`. */
  async revoke(who: Who, id: string): Promise<void> {
    if (!isUuid(id)) throw new Refusal("no_invitation");
    const actor = who.person.id;
    await this.#db.write("revokeInvitation", { id, actor, now: this.#now() });
  }

  /** Lets someone who is here into its room. */
  async join(who: Who, code: string, visit: Visit): Promise<Invited> {
    return await this.#use(code, who.person, null, visit);
  }

  /** Lets someone new in; refused with `no_invitation`, `too_many_newcomers` or a `name_…` code. */
  async joinAs(
    name: string,
    code: string,
    visit: Visit,
  ): Promise<Invited & { newcomer: Newcomer }> {
    const { accounts } = this.#options;
    const { entrance, newcomer } = accounts.prepare(name, visit.device);
    const { person } = newcomer;
    const invited = await accounts.counted(
      visit.address,
      () => this.#use(code, person, entrance, visit),
    );
    return { ...invited, newcomer };
  }

  async #use(
    code: string,
    { id, name }: Person,
    newcomer: Entrance | null,
    { address }: Visit,
  ): Promise<Invited> {
    const now = this.#now();
    const use = { person: { id, name }, entry: uuidv7(now), newcomer, now };
    const hash = await hashCode(code);
    const invited = await this.#options.attempts.code(
      address,
      () => this.#db.write("useInvitation", { hash, ...use }),
    );
    if (invited.appended) this.#options.log.tell(invited.appended);
    this.onUse(id);
    return invited;
  }
}
