import { define } from "../../../../lib/app.ts";
import { Refusal } from "../../../../lib/errors.ts";
import { serveFile } from "../../../../lib/files/serve_file.ts";

export const handler = define.handlers({
  /** A message's file, for those who may read its room; with `?preview` a small picture. */
  async GET({ params, req, url, state: { atoll, session } }) {
    if (!session) throw new Refusal("no_file");
    const room = await atoll.rooms.see(session, params.room!);
    return await serveFile(
      atoll.files,
      await atoll.files.find(room.id, params.file!),
      {
        headers: req.headers,
        method: req.method,
        preview: url.searchParams.has("preview"),
      },
    );
  },
});
