import { define } from "../../../../lib/app.ts";
import { readJson } from "../../../../lib/bodies.ts";
import { Refusal } from "../../../../lib/errors.ts";
import { FOR_EVER, timedMeasure } from "../../../../lib/order.ts";

export const handler = define.handlers({
  /** May not come in until then; connections end at once. */
  async PUT({ params, req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const { until, reason } = await readJson(req, timedMeasure);
    await atoll.order.take(session, params.person!, {
      kind: "ban",
      until: until ?? FOR_EVER,
      reason: reason ?? "",
    });
    return new Response(null, { status: 204 });
  },

  /** May come in again. */
  async DELETE({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    await atoll.order.take(session, params.person!, { kind: "unban" });
    return new Response(null, { status: 204 });
  },
});
