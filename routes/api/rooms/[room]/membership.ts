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

  /** Stops following it. */
  async DELETE({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const room = await atoll.rooms.see(session, params.room!);
    await atoll.rooms.leave(session.person.id, room.id);
    return new Response(null, { status: 204 });
  },
});
