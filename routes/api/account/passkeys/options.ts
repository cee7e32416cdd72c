import * as v from "valibot";
import { define } from "../../../../lib/app.ts";
import { readJson } from "../../../../lib/bodies.ts";
import { Refusal } from "../../../../lib/errors.ts";
import { markedSiteOf, visitOf } from "../../../../lib/visits.ts";

const purpose = v.object({ for: v.picklist(["add", "sign_in"]) });

export const handler = define.handlers({
  /** What the browser needs to make a passkey, or to sign in with one. */
  async POST({ req, info, state: { atoll, session } }) {
    const asked = await readJson(req, purpose);
    const { site, cookie } = markedSiteOf(req, atoll.config);
    const { address } = visitOf(req, info, atoll.config);
    const headers = { "set-cookie": cookie };
    if (asked.for === "sign_in") {
      const options = await atoll.passkeys.signInOptions(site, address);
      return Response.json({ options }, { headers });
    }
    if (!session) throw new Refusal("unauthorized");
    const options = await atoll.passkeys.addOptions(session, site, address);
    return Response.json({ options }, { headers });
  },
});
