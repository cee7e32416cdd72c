import { define } from "../lib/app.ts";
import { seeOther } from "../lib/forms.ts";
import { publicUrl } from "../lib/origins.ts";
import { endedCookie } from "../lib/sessions.ts";

export const handler = define.handlers({
  /** Ends the session and goes to the start page. */
  async POST({ req, state: { atoll, session } }) {
    if (session !== null) await atoll.sessions.end(session);
    return seeOther("/?signed_out", [
      endedCookie(publicUrl(req, atoll.config)),
    ]);
  },
});
