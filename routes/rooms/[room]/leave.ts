import { define } from "../../../lib/app.ts";
import { enterPath, seeOther } from "../../../lib/forms.ts";

export const handler = define.handlers({
  /** Leaves the room and goes to the list of all. */
  async POST({ params, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(new URL("/rooms", url)));
    await atoll.roomChanges.leave(session, params.room!);
    return seeOther("/rooms");
  },
});
