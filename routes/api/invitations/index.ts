import { define } from "../../../lib/app.ts";
import { readJson } from "../../../lib/bodies.ts";
import { Refusal } from "../../../lib/errors.ts";
import { invitationWish } from "../../../lib/invitations.ts";
import { publicUrl } from "../../../lib/origins.ts";

export const handler = define.handlers({
  /** Invitations: all for staff, one's own for others. */
  async GET({ state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    return Response.json({
      invitations: await atoll.invitations.list(session),
    });
  },

  /** Makes one; its link is told only now. */
  async POST({ req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const wish = await readJson(req, invitationWish);
    const { id, code } = await atoll.invitations.make(session, wish);
    const { origin } = publicUrl(req, atoll.config);
    const link = `${origin}/join#${code}`;
    return Response.json({ invitation: { id, code, link } }, { status: 201 });
  },
});
