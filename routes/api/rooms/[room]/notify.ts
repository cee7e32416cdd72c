import * as v from "valibot";
import { define } from "../../../../lib/app.ts";
import { readJson } from "../../../../lib/bodies.ts";
import { Refusal } from "../../../../lib/errors.ts";

const wish = v.object({
  notify: v.nullable(v.picklist(["all", "mentions", "nothing"])),
});

export const handler = define.handlers({
  /** Sets what one is told of in a room; null for what is usual there. */
  async PUT({ params, req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const room = await atoll.rooms.see(session, params.room!);
    const { notify } = await readJson(req, wish);
    await atoll.rooms.setNotify(session.person.id, room.id, notify);
    return new Response(null, { status: 204 });
  },
});
