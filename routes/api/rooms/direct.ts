import * as v from "valibot";
import { define } from "../../../lib/app.ts";
import { readJson } from "../../../lib/bodies.ts";
import { Refusal } from "../../../lib/errors.ts";

const others = v.object({ people: v.array(v.pipe(v.string(), v.uuid())) });

export const handler = define.handlers({
  /** The direct room with these people, made when there is none. */
  async POST({ req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const { people } = await readJson(req, others);
    const room = await atoll.rooms.direct(
      session,
      people.map((id) => id.toLowerCase()),
    );
    return Response.json({ room });
  },
});
