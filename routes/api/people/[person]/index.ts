import * as v from "valibot";
import { define } from "../../../../lib/app.ts";
import { readJson } from "../../../../lib/bodies.ts";
import { Refusal } from "../../../../lib/errors.ts";

const change = v.object({ role: v.picklist(["owner", "admin", "member"]) });

export const handler = define.handlers({
  /** Someone, and what one may do about them. */
  async GET({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const person = await atoll.order.find(session, params.person!);
    return Response.json({ person });
  },

  /** Gives another role. */
  async PATCH({ params, req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const { role } = await readJson(req, change);
    await atoll.order.take(session, params.person!, { kind: "role", role });
    return new Response(null, { status: 204 });
  },
});
