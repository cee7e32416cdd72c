import { define } from "../../../../lib/app.ts";
import { Refusal } from "../../../../lib/errors.ts";

export const handler = define.handlers({
  /** The messages pinned last, the last first. */
  async GET({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const room = await atoll.rooms.see(session, params.room!);
    return Response.json(await atoll.history.pins(room.id));
  },
});
