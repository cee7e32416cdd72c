import { define } from "../../lib/app.ts";
import { seeOther } from "../../lib/forms.ts";

export const handler = define.handlers({
  /** The first page of settings. */
  GET: () => seeOther("/settings/profile"),
});
