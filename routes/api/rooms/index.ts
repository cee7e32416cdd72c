import * as v from "valibot";
import { define } from "../../../lib/app.ts";
import { Refusal } from "../../../lib/errors.ts";
import { readJson } from "../../../lib/bodies.ts";

const newRoom = v.object({
  name: v.string(),
  kind: v.optional(v.picklist(["open", "private"])),
});

export const handler = define.handlers({
  /** Open rooms, the busiest first; `?q=` keeps those whose name contains it. */
  async GET({ url, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const query = url.searchParams.get("q") ?? "";
    const rooms = await atoll.rooms.list(session, { query });
    return Response.json({ rooms });
  },

  /** Makes a room, which one then follows. */
  async POST({ req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const { name, kind } = await readJson(req, newRoom);
    const room = await atoll.rooms.create(session, name, kind);
    return Response.json({ room }, { status: 201 });
  },
});
