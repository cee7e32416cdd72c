/** The tab's title. */
import { useEffect } from "preact/hooks";
import type { Translator } from "../lib/translate.ts";
import { roomTitleOf, type Titled } from "./rooms/room_title.ts";

/** `(3) # lobby · Atoll`: how much is unread, where one is. */
export function roomTitle(
  room: Titled,
  unread: number,
  t: Translator,
  place: string,
): string {
  const where = `${room.kind === "direct" ? "" : "# "}${roomTitleOf(room, t)}`;
  return `${unread > 0 ? `(${unread}) ` : ""}${where} · ${place}`;
}

/** Keeps the tab's title in step. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}
