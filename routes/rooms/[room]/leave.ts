import { define } from "../../../lib/app.ts";
import { enterPath, seeOther } from "../../../lib/forms.ts";

export const handler = define.handlers({
  /** Stops following the room and goes to the list of all. */
  async POST({ params, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(new URL("/rooms", url)));
    const room = await atoll.rooms.see(session, params.room ?? "");
    await atoll.rooms.leave(session.person.id, room.id);
    return seeOther("/rooms");
  },
});
