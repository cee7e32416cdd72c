/** What mentions one, loaded when somebody wants it. */
import { lazyDialog } from "../lazy.tsx";

/** The list over the page. */
export const LazyMentions = lazyDialog(async () =>
  (await import("./MentionsDialog.tsx")).MentionsDialog
);
