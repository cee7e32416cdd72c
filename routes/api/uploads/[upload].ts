import { define } from "../../../lib/app.ts";
import { Refusal } from "../../../lib/errors.ts";

export const handler = define.handlers({
  /** Removes an upload of one's own that no message has taken. */
  async DELETE({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    await atoll.files.uploads.drop(session.person.id, params.upload!);
    return new Response(null, { status: 204 });
  },
});
