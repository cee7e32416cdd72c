import { define } from "../../../../lib/app.ts";
import { Refusal } from "../../../../lib/errors.ts";

export const handler = define.handlers({
  /** Follows a room. */
  async PUT({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const room = await atoll.rooms.see(session, params.room!);
    await atoll.rooms.follow(session.person.id, room.id);
    return new Response(null, { status: 204 });
  },

  /** Stops following it, or leaves it for good. */
  async DELETE({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    await atoll.roomChanges.leave(session, params.room!);
    return new Response(null, { status: 204 });
  },
});
