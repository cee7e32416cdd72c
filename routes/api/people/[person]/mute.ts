import { define } from "../../../../lib/app.ts";
import { readJson } from "../../../../lib/bodies.ts";
import { Refusal } from "../../../../lib/errors.ts";
import { FOR_EVER, timedMeasure } from "../../../../lib/order.ts";

export const handler = define.handlers({
  /** May not write until then. */
  async PUT({ params, req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const { until, reason } = await readJson(req, timedMeasure);
    await atoll.order.take(session, params.person!, {
      kind: "mute",
      until: until ?? FOR_EVER,
      reason: reason ?? "",
    });
    return new Response(null, { status: 204 });
  },

  /** May write again. */
  async DELETE({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    await atoll.order.take(session, params.person!, { kind: "unmute" });
    return new Response(null, { status: 204 });
  },
});
