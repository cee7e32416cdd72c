import { define } from "../../../../../lib/app.ts";
import { Refusal } from "../../../../../lib/errors.ts";

export const handler = define.handlers({
  /** Lets someone in. */
  async PUT({ params, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    await atoll.roomChanges.invite(session, params.room!, params.person!);
    return new Response(null, { status: 204 });
  },

  /** Sends someone out; of an open room until `?until=`, milliseconds since 1970. */
  async DELETE({ params, url, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const given = url.searchParams.get("until");
    const until = given === null ? undefined : Number(given);
    if (until !== undefined && !Number.isSafeInteger(until)) {
      throw new Refusal("bad_frame");
    }
    await atoll.roomChanges.remove(
      session,
      params.room!,
      params.person!,
      until,
    );
    return new Response(null, { status: 204 });
  },
});
