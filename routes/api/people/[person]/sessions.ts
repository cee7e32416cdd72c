import { define } from "../../../../lib/app.ts";
import { Refusal } from "../../../../lib/errors.ts";

export const handler = define.handlers({
  /** Sends someone out of the place: their sessions end. */
  async DELETE({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    await atoll.order.take(session, params.person!, { kind: "kick" });
    return new Response(null, { status: 204 });
  },
});
