import { define } from "../lib/app.ts";

export const handler = define.handlers({
  /** Whether the server can do its work, for whoever would restart it. */
  async GET({ state: { atoll } }) {
    const reason = await atoll.health.problem();
    return reason === null
      ? Response.json({ status: "ok", uptime: Math.floor(atoll.uptime) })
      : Response.json({ status: "unavailable", reason }, { status: 503 });
  },
});
