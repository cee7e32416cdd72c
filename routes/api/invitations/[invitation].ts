import { define } from "../../../lib/app.ts";
import { Refusal } from "../../../lib/errors.ts";

export const handler = define.handlers({
  /** Takes an invitation back. */
  async DELETE({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    await atoll.invitations.revoke(session, params.invitation!);
    return new Response(null, { status: 204 });
  },
});
