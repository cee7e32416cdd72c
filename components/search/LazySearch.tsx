/** Searching, loaded when somebody wants to. */
import { lazyDialog } from "../lazy.tsx";

/** The dialog once its code is there. */
export const LazySearch = lazyDialog(async () =>
  (await import("./SearchDialog.tsx")).SearchDialog
);
