/** Dialogs about rooms, loaded when somebody wants them. */
import { lazyDialog } from "../lazy.tsx";

/** Chooses people to write to. */
export const LazyNewMessage = lazyDialog(async () =>
  (await import("./NewMessage.tsx")).NewMessage
);

/** A room's settings and people. */
export const LazyRoomDialog = lazyDialog(async () =>
  (await import("./RoomDialog.tsx")).RoomDialog
);
