import { define } from "../../lib/app.ts";
import { Refusal } from "../../lib/errors.ts";

export const handler = define.handlers({
  /** People with `?q=` in their names, whom one may invite or write to. */
  async GET({ url, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const query = url.searchParams.get("q") ?? "";
    const people = await atoll.roomChanges.findPeople(session, query);
    return Response.json({ people });
  },
});
