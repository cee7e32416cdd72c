import { define } from "../../lib/app.ts";
import { Refusal } from "../../lib/errors.ts";
import { zoneOf } from "../../lib/locale.ts";

export const handler = define.handlers({
  /** Messages that fit `?q=`, the newest first; `&before=` goes on behind a page. */
  async GET({ req, url, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const query = url.searchParams.get("q") ?? "";
    const before = Number(url.searchParams.get("before") ?? NaN);
    const page = await atoll.search.find(session, query, {
      timeZone: zoneOf(req.headers),
      ...Number.isSafeInteger(before) && { before },
    });
    return Response.json(page);
  },
});
