import * as v from "valibot";
import { define } from "../../lib/app.ts";
import { Refusal } from "../../lib/errors.ts";
import { readJson } from "../../lib/bodies.ts";
import { publicUrl } from "../../lib/origins.ts";
import { endedCookie, sessionCookie } from "../../lib/sessions.ts";

const newSession = v.object({ name: v.string() });

export const handler = define.handlers({
  /** Who one is; a page asks after a handshake that never opened (C3). */
  GET({ state: { session } }) {
    if (!session) throw new Refusal("unauthorized");
    const { person, expiresAt } = session;
    return Response.json({ person, expiresAt });
  },

  /** Lets a guest in. */
  async POST({ req, state: { atoll } }) {
    const { name } = await readJson(req, newSession);
    const { person, token, expiresAt } = await atoll.accounts.enter(name);
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
