/** Logins: a random token with its holder, stored hashed, which lasts while it is used. */
import { createHash } from "node:crypto";
import { deleteCookie, setCookie } from "@std/http/cookie";
import { cookieOf } from "./cookies.ts";
import type { Database } from "./db/open.ts";
import type { Who } from "./permissions.ts";
import { type Person, TOKEN_SUBPROTOCOL_PREFIX } from "./protocol.ts";

const COOKIE = "atoll_session";
const DAY = 24 * 60 * 60 * 1000;

/** Milliseconds without use after which a session ends and a guest's name is free (N1). */
export const SESSION_LIFETIME = 30 * DAY;

/** Milliseconds after a proof in which dangerous acts need no other one. */
export const PROOF_LIFETIME = 15 * 60 * 1000;

/** Milliseconds between two notes that a session is in use. */
const TOUCH_INTERVAL = 60 * 60 * 1000;

/** Somebody's login, and what they may do as far as it depends on them. */
export interface Session extends Who {
  /** SHA-256 of the token, as hexadecimal text: the session's identity. */
  hash: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** The expiry was just extended, so the cookie must be sent anew. */
  extended: boolean;
  /** When the person last proved who they are, in milliseconds since 1970; 0 for never. */
  provedAt: number;
}

/** A session in the list of one's own. */
export interface ListedSession {
  hash: string;
  /** Browser and system, or empty. */
  device: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Milliseconds since 1970, up to an hour old. */
  lastSeenAt: number;
}

/** Someone who just came in, with the session's secret. */
export interface Newcomer {
  person: Person;
  token: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Until when someone may not come in, in milliseconds since 1970, and why. */
export interface Ban {
  until: number;
  reason: string;
}

/** A new session's secret: 256 random bits as base64url. */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(32))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

/** What is stored of a token: SHA-256 of its text. */
export function hashToken(token: string): Uint8Array {
  // In this thread: 43 bytes cost less than the way to another one and back.
  return new Uint8Array(createHash("sha256").update(token).digest());
}

/** Finds and ends sessions. */
export class Sessions {
  readonly #db: Database;
  readonly #now: () => number;
  /** Called when sessions of a person ended, so that their connections end too (D5). */
  onEnd: (person: string) => void = () => {};

  /** Sessions of the given database, by the given clock. */
  constructor(db: Database, now: () => number = Date.now) {
    this.#db = db;
    this.#now = now;
  }

  /** The session of a token, extended while in use, or null. */
  async find(token: string): Promise<Session | null> {
    return await this.#find(hashToken(token));
  }

  /** The same session as it is now, extended while in use, or null when it ended. */
  async again(session: Session): Promise<Session | null> {
    return await this.#find(Uint8Array.fromHex(session.hash));
  }

  async #find(tokenHash: Uint8Array): Promise<Session | null> {
    const row = await this.#db.read.selectFrom("sessions")
      .innerJoin("persons", "persons.id", "sessions.person")
      .where("token_hash", "=", tokenHash)
      .select(["persons.id", "persons.name", "persons.picture"])
      .select(["role", "only_room", "muted_until", "banned_until"])
      .select(["sessions.last_seen_at", "expires_at", "proved_at"])
      .executeTakeFirst();
    const now = this.#now();
    if (!row || row.expires_at <= now) return null;
    if (row.banned_until !== null && row.banned_until > now) return null;
    const session = {
      person: personOf(row),
      role: row.role,
      onlyRoom: row.only_room,
      mutedUntil: row.muted_until,
      hash: tokenHash.toHex(),
      expiresAt: row.expires_at,
      extended: false,
      provedAt: row.proved_at,
    };
    if (now - row.last_seen_at < TOUCH_INTERVAL) return session;
    return await this.#extended(session, tokenHash, now);
  }

  /** Reading goes on where nothing can be written: then it is not extended. */
  async #extended(
    session: Session,
    tokenHash: Uint8Array,
    now: number,
  ): Promise<Session> {
    const expiresAt = now + SESSION_LIFETIME;
    const person = session.person.id;
    try {
      const touch = { tokenHash, person, now, expiresAt };
      await this.#db.write("touchSession", touch);
    } catch {
      return session;
    }
    return { ...session, expiresAt, extended: true };
  }

  /** Forgets sessions that ran out. */
  async sweep(): Promise<void> {
    await this.#db.write("sweepSessions", { now: this.#now() });
  }

  /** The session that a request carries, as a cookie, a header or a subprotocol. */
  async ofRequest(request: Request): Promise<Session | null> {
    const token = bearerToken(request) ?? cookieOf(request.headers, COOKIE);
    return token ? await this.find(token) : null;
  }

  /** The ban of who a request comes from, or null: until it ends their sessions hold nothing. */
  async banOf(request: Request): Promise<Ban | null> {
    const token = bearerToken(request) ?? cookieOf(request.headers, COOKIE);
    if (!token) return null;
    const now = this.#now();
    const row = await this.#db.read.selectFrom("sessions")
      .innerJoin("persons", "persons.id", "sessions.person")
      .where("token_hash", "=", hashToken(token))
      .where("expires_at", ">", now).where("banned_until", ">", now)
      .select(["banned_until as until", "ban_reason as reason"])
      .executeTakeFirst();
    if (!row) return null;
    return { until: row.until!, reason: row.reason ?? "" };
  }

  /** Lets someone in who proved who they are, with a session that is always new. */
  async signIn(person: Person, device: string): Promise<Newcomer> {
    const now = this.#now();
    const token = newToken();
    const expiresAt = now + SESSION_LIFETIME;
    await this.#db.write("signIn", {
      person: person.id,
      tokenHash: hashToken(token),
      device,
      now,
      expiresAt,
    });
    return { person, token, expiresAt };
  }

  /** Notes that the person of this session proved anew who they are. */
  async prove(session: Session): Promise<void> {
    const tokenHash = Uint8Array.fromHex(session.hash);
    await this.#db.write("proveSession", { tokenHash, now: this.#now() });
  }

  /** Whether dangerous acts need no other proof. */
  isProved({ provedAt }: Session): boolean {
    return this.#now() - provedAt < PROOF_LIFETIME;
  }

  /** A person's sessions, the one used last first. */
  async list(person: string): Promise<ListedSession[]> {
    const rows = await this.#db.read.selectFrom("sessions")
      .where("person", "=", person).where("expires_at", ">", this.#now())
      .select(["token_hash", "device", "created_at", "last_seen_at"])
      .orderBy("last_seen_at", "desc").limit(100).execute();
    return rows.map((row) => ({
      hash: row.token_hash.toHex(),
      device: row.device,
      createdAt: row.created_at,
      lastSeenAt: row.last_seen_at,
    }));
  }

  /** Ends a person's session and its connections. */
  async end({ person, hash }: Session): Promise<void> {
    await this.endOne(person.id, hash);
  }

  /** Ends a person's session by its hash, at whichever device it is. */
  async endOne(person: string, hash: string): Promise<void> {
    const tokenHash = Uint8Array.fromHex(hash);
    await this.#db.write("endSession", { tokenHash, person });
    this.onEnd(person);
  }

  /** Ends all of a person's sessions but this one. */
  async endOthers({ person, hash }: Session): Promise<void> {
    const keep = Uint8Array.fromHex(hash);
    const of = { person: person.id, keep };
    const ended = await this.#db.write("endOtherSessions", of);
    this.ended(person.id, ended);
  }

  /** Ends the connections of sessions that ended with something else. */
  ended(person: string, tokenHashes: readonly Uint8Array[]): void {
    if (tokenHashes.length > 0) this.onEnd(person);
  }

  /** Whether someone may not come in at present. */
  async isBanned(person: string): Promise<boolean> {
    const row = await this.#db.read.selectFrom("persons")
      .where("id", "=", person).where("banned_until", ">", this.#now())
      .select("id").executeTakeFirst();
    return row !== undefined;
  }
}

/** A person as others see them, from a row of `persons`. */
export function personOf(
  { id, name, picture }: { id: string; name: string; picture: string | null },
): Person {
  return { id, name, ...picture !== null && { picture } };
}

/** A program's token: `Authorization: Bearer …`, or a second offered subprotocol. */
export function bearerToken(request: Request): string | null {
  const authorization = request.headers.get("authorization");
  if (authorization?.startsWith("Bearer ")) return authorization.slice(7);
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  const carrying = offered.split(",").map((name) => name.trim())
    .find((name) => name.startsWith(TOKEN_SUBPROTOCOL_PREFIX));
  return carrying?.slice(TOKEN_SUBPROTOCOL_PREFIX.length) ?? null;
}

/** Whether a request identifies itself by the cookie, as browsers do. */
export function usesCookie(request: Request): boolean {
  return bearerToken(request) === null &&
    cookieOf(request.headers, COOKIE) !== undefined;
}

/** The `Set-Cookie` value that keeps a person signed in; `url` is the browser's. */
export function sessionCookie(token: string, url: URL): string {
  const headers = new Headers();
  setCookie(headers, {
    name: COOKIE,
    value: token,
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: url.protocol === "https:",
    maxAge: SESSION_LIFETIME / 1000,
  });
  return headers.get("set-cookie")!;
}

/** The `Set-Cookie` value that signs out. */
export function endedCookie(url: URL): string {
  const headers = new Headers();
  deleteCookie(headers, COOKIE, {
    path: "/",
    httpOnly: true,
    secure: url.protocol === "https:",
  });
  return headers.get("set-cookie")!;
}

/** The token in a request's cookie, to send the cookie anew. */
export function cookieToken(request: Request): string | null {
  return cookieOf(request.headers, COOKIE) ?? null;
}
