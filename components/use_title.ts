/** The tab's title. */
import { useEffect } from "preact/hooks";
import type { Translator } from "../lib/translate.ts";
import { roomTitleOf, type Titled } from "./rooms/room_title.ts";

/** `(3) # lobby · Atoll`: how much one is told of, where one is. */
export function roomTitle(
  room: Titled,
  told: number,
  t: Translator,
  place: string,
): string {
  const where = `${room.kind === "direct" ? "" : "# "}${roomTitleOf(room, t)}`;
  return `${told > 0 ? `(${told}) ` : ""}${where} · ${place}`;
}

/** Keeps the number on the installed app's icon in step, where there is one. */
export function useAppBadge(told: number): void {
  useEffect(() => {
    // Not every browser has it, and none has to show it.
    navigator.setAppBadge?.(told).catch(() => {});
  }, [told]);
}

/** Keeps the tab's title in step. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}
