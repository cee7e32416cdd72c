import { HttpError } from "fresh";
import { define } from "../lib/app.ts";
import { mayReadMetrics } from "../lib/metrics/access.ts";
import { TEXT_FORMAT } from "../lib/metrics/prometheus.ts";

export const handler = define.handlers({
  /** What the server counts, for Prometheus; for others there is no such page. */
  GET({ req, info, state: { atoll } }) {
    const { metricsToken } = atoll.config;
    if (!mayReadMetrics(req, info.remoteAddr, metricsToken)) {
      throw new HttpError(404);
    }
    return new Response(atoll.metrics, {
      headers: { "content-type": TEXT_FORMAT },
    });
  },
});
