import { define } from "../../../../../../lib/app.ts";
import { Refusal } from "../../../../../../lib/errors.ts";

export const handler = define.handlers({
  /** One message as it is now, and who reacted to it. */
  async GET({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const room = await atoll.rooms.see(session, params.room!);
    const id = params.message!.toLowerCase();
    return Response.json(await atoll.history.message(room.id, id));
  },
});
