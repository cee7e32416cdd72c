/** Notifications of a page, loaded only where somebody wants them. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChatClient } from "../../lib/client/chat_client.ts";
import { excerptOf } from "../excerpt.ts";
import { shownName } from "../person_name.ts";
import { roomTitleOf } from "../rooms/room_title.ts";
import { useWords } from "../words.ts";
import { noticeAbility, noticeSettings } from "./notice_settings.ts";

/** Tells on the desktop as long as that is chosen; `open` shows a message by its path. */
export function useNotices(
  client: ChatClient,
  me: string,
  open: (path: string) => void,
): void {
  const t = useWords();
  const [isOn, setOn] = useState(false);
  const opening = useRef(open);
  opening.current = open;
  useEffect(() => {
    const look = () => setOn(noticeSettings().on && noticeAbility() === "able");
    look();
    // Chosen in another tab.
    addEventListener("storage", look);
    return () => removeEventListener("storage", look);
  }, []);
  useEffect(() => {
    if (!isOn) return;
    let stop: (() => void) | null = null;
    let isEnded = false;
    import("./notifier.ts").then(({ startNotifier }) => {
      if (isEnded) return;
      stop = startNotifier({
        client,
        me,
        title: ({ name }, room) =>
          room.kind === "direct"
            ? shownName(name, t)
            : `${shownName(name, t)} · #${roomTitleOf(room, t)}`,
        text: (message) => excerptOf(message, t),
        open: (path) => opening.current(path),
      });
    }, () => {
      // Without its code there are none until the page is loaded again.
    });
    return () => {
      isEnded = true;
      stop?.();
    };
  }, [isOn, client, me, t]);
}
