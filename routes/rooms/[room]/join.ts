import { define } from "../../../lib/app.ts";
import { Refusal } from "../../../lib/errors.ts";
import { enterPath, seeOther } from "../../../lib/forms.ts";
import { roomPath } from "../../../components/room_path.ts";

export const handler = define.handlers({
  /** Follows the room and goes there. */
  async POST({ params, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(new URL(".", url)));
    const room = await atoll.rooms.find(params.room ?? "");
    if (room === null) throw new Refusal("no_room");
    await atoll.rooms.follow(session.person.id, room.id);
    return seeOther(roomPath(room.slug));
  },
});
