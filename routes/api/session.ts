import * as v from "valibot";
import { type Atoll, define } from "../../lib/app.ts";
import { readJson } from "../../lib/bodies.ts";
import type { Visit } from "../../lib/credentials.ts";
import { ERRORS, Refusal } from "../../lib/errors.ts";
import { clientAddress, networkOf, publicUrl } from "../../lib/origins.ts";
import { usedPasskey } from "../../lib/passkey_schemas.ts";
import {
  endedCookie,
  type Newcomer,
  sessionCookie,
  usesCookie,
} from "../../lib/sessions.ts";
import { passkeySiteOf, visitOf } from "../../lib/visits.ts";

const newSession = v.union([
  v.object({ passkey: usedPasskey }),
  v.object({ name: v.string(), password: v.optional(v.string()) }),
]);

export const handler = define.handlers({
  /** Who one is; a page asks after a handshake that never opened (C3). */
  async GET({ req, info, state: { atoll, session } }) {
    if (!session) return await refuse(atoll, req);
    const { person, expiresAt } = session;
    const network = networkOf(clientAddress(req, info, atoll.config));
    const full = atoll.seats.isFull(person.id, network);
    return Response.json({ person, expiresAt, ...full && { full } });
  },

  /** Lets a guest in by a name, or an account by its password or a passkey. */
  async POST({ req, info, state: { atoll, session } }) {
    const asked = await readJson(req, newSession);
    if (isGuest(asked)) {
      if (await atoll.sessions.banOf(req)) throw new Refusal("banned");
      await atoll.place.checkEntry();
    }
    const visit = visitOf(req, info, atoll.config);
    const { person, token, expiresAt } = await enter(atoll, asked, req, visit);
    // Whoever was here at this browser is not any more.
    if (session && usesCookie(req)) await atoll.sessions.end(session);
    const cookie = sessionCookie(token, publicUrl(req, atoll.config));
    return Response.json({ person, token, expiresAt }, {
      status: 201,
      headers: { "set-cookie": cookie },
    });
  },

  /** Signs out. */
  async DELETE({ req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    await atoll.sessions.end(session);
    const cookie = endedCookie(publicUrl(req, atoll.config));
    return new Response(null, {
      status: 204,
      headers: { "set-cookie": cookie },
    });
  },
});

/** Why there is no session: somebody who is banned is told until when, and why. */
async function refuse(atoll: Atoll, req: Request): Promise<Response> {
  const ban = await atoll.sessions.banOf(req);
  if (!ban) throw new Refusal("unauthorized");
  const { status, message } = ERRORS.banned;
  return Response.json({ error: { code: "banned", message, ...ban } }, {
    status,
  });
}

function isGuest(asked: v.InferOutput<typeof newSession>): boolean {
  return !("passkey" in asked) && asked.password === undefined;
}

function enter(
  atoll: Atoll,
  asked: v.InferOutput<typeof newSession>,
  req: Request,
  visit: Visit,
): Promise<Newcomer> {
  if ("passkey" in asked) {
    const site = passkeySiteOf(req, atoll.config);
    return atoll.passkeys.signIn(site, asked.passkey, visit);
  }
  const { name, password } = asked;
  if (password === undefined) return atoll.accounts.enter(name, visit);
  return atoll.credentials.signIn(name, password, visit);
}
