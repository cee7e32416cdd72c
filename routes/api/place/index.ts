import * as v from "valibot";
import { define } from "../../../lib/app.ts";
import { readJson } from "../../../lib/bodies.ts";
import { Refusal } from "../../../lib/errors.ts";

const change = v.object({
  name: v.optional(v.string()),
  entry: v.optional(v.picklist(["guests", "invited"])),
});

export const handler = define.handlers({
  /** What the place is called, and who may come in. */
  async GET({ state: { atoll } }) {
    return Response.json({ place: await atoll.place.settings() });
  },

  /** Changes that. */
  async PATCH({ req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const place = await atoll.place.change(
      session,
      await readJson(req, change),
    );
    return Response.json({ place });
  },
});
