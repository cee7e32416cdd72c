import { define } from "../../../lib/app.ts";
import { Refusal } from "../../../lib/errors.ts";
import { enterPath, seeOther } from "../../../lib/forms.ts";

export const handler = define.handlers({
  /** Stops following the room and goes to the list of all. */
  async POST({ params, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(new URL("/rooms", url)));
    const room = await atoll.rooms.find(params.room ?? "");
    if (room === null) throw new Refusal("no_room");
    await atoll.rooms.leave(session.person.id, room.id);
    return seeOther("/rooms");
  },
});
