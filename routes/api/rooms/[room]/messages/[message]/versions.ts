import { define } from "../../../../../../lib/app.ts";
import { Refusal } from "../../../../../../lib/errors.ts";

export const handler = define.handlers({
  /** What a message says and said before, the newest first. */
  async GET({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const room = await atoll.rooms.see(session, params.room!);
    const id = params.message!.toLowerCase();
    return Response.json(await atoll.history.versions(room.id, id));
  },
});
