import { define } from "../../../lib/app.ts";
import { Refusal } from "../../../lib/errors.ts";
import { skipOf } from "../../../lib/order.ts";

export const handler = define.handlers({
  /** Everyone here for those who keep order; `?q=` keeps names that contain it, `?skip=` goes on. */
  async GET({ url, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const query = url.searchParams.get("q") ?? "";
    const skip = skipOf(url);
    return Response.json(await atoll.order.list(session, { query, skip }));
  },
});
