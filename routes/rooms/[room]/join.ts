import { define } from "../../../lib/app.ts";
import { enterPath, seeOther } from "../../../lib/forms.ts";
import { roomPath } from "../../../components/room_path.ts";

export const handler = define.handlers({
  /** Follows the room and goes there. */
  async POST({ params, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(new URL(".", url)));
    const room = await atoll.rooms.see(session, params.room ?? "");
    await atoll.rooms.follow(session.person.id, room.id);
    return seeOther(roomPath(room.slug));
  },
});
