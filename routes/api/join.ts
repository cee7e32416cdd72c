import * as v from "valibot";
import { define } from "../../lib/app.ts";
import { readJson } from "../../lib/bodies.ts";
import { Refusal } from "../../lib/errors.ts";
import { publicUrl } from "../../lib/origins.ts";
import { sessionCookie } from "../../lib/sessions.ts";
import { visitOf } from "../../lib/visits.ts";

const joining = v.object({ code: v.string(), name: v.optional(v.string()) });

export const handler = define.handlers({
  /** Comes in by an invitation: into its room who is here, as a guest who is new. */
  async POST({ req, info, state: { atoll, session } }) {
    const { code, name } = await readJson(req, joining);
    const visit = visitOf(req, info, atoll.config);
    if (session) {
      const { room } = await atoll.invitations.join(session, code, visit);
      return Response.json({ room });
    }
    if (await atoll.sessions.banOf(req)) throw new Refusal("banned");
    const { newcomer, room } = await atoll.invitations
      .joinAs(name ?? "", code, visit);
    const cookie = sessionCookie(
      newcomer.token,
      publicUrl(req, atoll.config),
    );
    return Response.json({ ...newcomer, room }, {
      status: 201,
      headers: { "set-cookie": cookie },
    });
  },
});
