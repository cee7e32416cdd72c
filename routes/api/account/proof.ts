import * as v from "valibot";
import { define } from "../../../lib/app.ts";
import { readJson } from "../../../lib/bodies.ts";
import { Refusal } from "../../../lib/errors.ts";
import { usedPasskey } from "../../../lib/passkey_schemas.ts";
import { passkeySiteOf } from "../../../lib/visits.ts";

const proof = v.object({ passkey: usedPasskey });

export const handler = define.handlers({
  /** Notes that whoever is signed in holds their passkey. */
  async POST({ req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const { passkey } = await readJson(req, proof);
    const site = passkeySiteOf(req, atoll.config);
    await atoll.passkeys.prove(session, site, passkey);
    return new Response(null, { status: 204 });
  },
});
