import { HttpError } from "fresh";
import { define } from "../../../lib/app.ts";
import { isUuid } from "../../../lib/db/uuid.ts";
import { pictureResponse } from "../../../lib/files/serve_picture.ts";

export const handler = define.handlers({
  /** A person's picture. */
  async GET({ params, url, state: { atoll, session } }) {
    const person = params.person ?? "";
    const picture = session !== null && isUuid(person)
      ? await atoll.accounts.picture(person)
      : null;
    if (picture === null) throw new HttpError(404);
    const bytes = new Uint8Array(picture.bytes);
    return pictureResponse({ ...picture, bytes }, url, "private");
  },
});
