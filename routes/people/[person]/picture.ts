import { HttpError } from "fresh";
import { define } from "../../../lib/app.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const handler = define.handlers({
  /** A person's picture; the address changes with it, so it is kept for long. */
  async GET({ params, url, state: { atoll, session } }) {
    const person = params.person ?? "";
    const picture = session !== null && UUID.test(person)
      ? await atoll.accounts.picture(person)
      : null;
    if (picture === null) throw new HttpError(404);
    const asked = url.searchParams.get("v");
    return new Response(new Uint8Array(picture.bytes), {
      headers: {
        "content-type": picture.type,
        "cache-control": asked === picture.hash
          ? "private, max-age=31536000, immutable"
          : "private, no-cache",
        "content-security-policy": "default-src 'none'; sandbox",
      },
    });
  },
});
