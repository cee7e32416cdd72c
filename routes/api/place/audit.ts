import { define } from "../../../lib/app.ts";
import { Refusal } from "../../../lib/errors.ts";

export const handler = define.handlers({
  /** What those who keep order did, newest first; `?before=` goes on from an act. */
  async GET({ url, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const before = url.searchParams.get("before");
    return Response.json(await atoll.audit.page(session, before));
  },
});
