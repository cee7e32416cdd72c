import * as v from "valibot";
import { define } from "../../../../lib/app.ts";
import { readJson } from "../../../../lib/bodies.ts";
import { Refusal } from "../../../../lib/errors.ts";

const settings = v.object({
  name: v.optional(v.string()),
  topic: v.optional(v.string()),
  archived: v.optional(v.boolean()),
  retentionDays: v.optional(v.nullable(v.number())),
});

export const handler = define.handlers({
  /** The room, what one may do there, and who belongs to it. */
  async GET({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    return Response.json(
      await atoll.roomChanges.details(session, params.room!),
    );
  },

  /** Changes its settings; answers with how it is then. */
  async PATCH({ params, req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const room = await atoll.rooms.see(session, params.room!);
    const wanted = await readJson(req, settings);
    await atoll.roomChanges.change(session, room.id, wanted);
    return Response.json(await atoll.roomChanges.details(session, room.id));
  },
});
