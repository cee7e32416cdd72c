import { define } from "../lib/app.ts";
import { isAccount } from "../lib/credentials.ts";
import { seeOther } from "../lib/forms.ts";
import { publicUrl } from "../lib/origins.ts";
import { endedCookie } from "../lib/sessions.ts";

export const handler = define.handlers({
  /** Ends the session and goes to the start page. */
  async POST({ req, state: { atoll, session } }) {
    const cookie = endedCookie(publicUrl(req, atoll.config));
    if (session === null) return seeOther("/", [cookie]);
    const list = await atoll.credentials.of(session.person.id);
    await atoll.sessions.end(session);
    // Whoever has an account comes back by it, and keeps the name.
    return seeOther(isAccount(list) ? "/login?signed_out" : "/?signed_out", [
      cookie,
    ]);
  },
});
