import { define } from "../../lib/app.ts";
import { Refusal } from "../../lib/errors.ts";

export const handler = define.handlers({
  /** Messages that mention one, the newest first; `?before=` goes on behind a page. */
  async GET({ url, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const before = url.searchParams.get("before");
    return Response.json(await atoll.inbox.of(session, { before }));
  },
});
