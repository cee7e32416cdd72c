import * as v from "valibot";
import { define } from "../../../../lib/app.ts";
import { readJson } from "../../../../lib/bodies.ts";
import { Refusal } from "../../../../lib/errors.ts";
import { addedPasskey } from "../../../../lib/passkey_schemas.ts";
import { passkeySiteOf } from "../../../../lib/visits.ts";

const newPasskey = v.object({ name: v.string(), response: addedPasskey });

export const handler = define.handlers({
  /** Adds a passkey; with the first credential come recovery codes. */
  async POST({ req, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    const passkey = await readJson(req, newPasskey);
    const site = passkeySiteOf(req, atoll.config);
    const codes = await atoll.passkeys.add(session, site, passkey);
    return Response.json({ codes }, { status: 201 });
  },
});
