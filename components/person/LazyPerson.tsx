/** The card of a person, loaded when somebody wants to see it. */
import { lazyDialog } from "../lazy.tsx";

/** The dialog once its code is there. */
export const LazyPerson = lazyDialog(async () =>
  (await import("./PersonDialog.tsx")).PersonDialog
);
