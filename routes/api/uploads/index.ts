import { define } from "../../../lib/app.ts";
import { Refusal } from "../../../lib/errors.ts";
import { require } from "../../../lib/permissions.ts";

export const handler = define.handlers({
  /** Takes a file, which a post may then name: the body is its bytes, `?name=` its name. */
  async POST({ req, url, state: { atoll, session } }) {
    if (!session) throw new Refusal("unauthorized");
    require(session, "upload");
    const length = req.headers.get("content-length");
    const file = await atoll.files.uploads.receive({
      person: session.person.id,
      name: url.searchParams.get("name") ?? "",
      length: length === null ? null : Number(length),
      body: req.body ?? new Blob([]).stream(),
    });
    return Response.json({ file }, { status: 201 });
  },
});
