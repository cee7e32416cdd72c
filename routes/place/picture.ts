import { HttpError } from "fresh";
import { define } from "../../lib/app.ts";
import { pictureResponse } from "../../lib/files/serve_picture.ts";

export const handler = define.handlers({
  /** The place's picture, for strangers too: it stands beside its name. */
  async GET({ url, state: { atoll } }) {
    const picture = await atoll.place.picture();
    if (picture === null) throw new HttpError(404);
    return pictureResponse({ ...picture, type: "image/webp" }, url, "public");
  },
});
