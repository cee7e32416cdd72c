/** The keyboard shortcuts of the page. */
import { useEffect } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";
import { hasCommand, isComposing } from "./keys.ts";
import type { RoomChoice } from "./use_rooms.ts";

/** What shortcuts open. */
export interface ShortcutTargets {
  client: ChatClient;
  choice: RoomChoice;
  openSwitcher: () => void;
  openList: () => void;
  openSearch: () => void;
}

/** Listens to the whole page. */
export function useShortcuts(targets: ShortcutTargets): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (run(event, targets)) event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  });
}

function run(event: KeyboardEvent, targets: ShortcutTargets): boolean {
  if (isComposing(event)) return false;
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step !== undefined && event.altKey && !event.ctrlKey && !event.metaKey) {
    openNeighbour(targets, step, event.shiftKey);
  } else if (hasCommand(event) && event.key.toLowerCase() === "k") {
    targets.openSwitcher();
  } else if (hasCommand(event) && event.key === "/") {
    targets.openList();
  } else if (
    hasCommand(event) && event.shiftKey && event.key.toLowerCase() === "f" ||
    isSlash(event)
  ) {
    targets.openSearch();
  } else if (event.key === "F6") {
    focusNextRegion(event.shiftKey ? -1 : 1);
  } else return false;
  return true;
}

/** Whether a slash was typed where one can't write. */
function isSlash(event: KeyboardEvent): boolean {
  const { key, target } = event;
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  return key === "/" && isPlain && target instanceof Element &&
    !target.closest("input, textarea, select, dialog, [contenteditable]");
}

/** Goes to the room before or after in the list, to an unread one on demand. */
function openNeighbour(
  { client, choice }: ShortcutTargets,
  step: number,
  unreadOnly: boolean,
): void {
  const { rooms, room, open } = choice;
  const at = rooms.findIndex(({ slug }) => slug === room.slug);
  for (let distance = 1; distance < rooms.length; distance++) {
    const index = (at + step * distance + rooms.length * 2) % rooms.length;
    const next = rooms[index];
    if (next === undefined) return;
    if (unreadOnly && client.unread(next.room) === 0) continue;
    open(next.slug);
    return;
  }
}

function focusNextRegion(step: number): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")]
    .filter((region) => region.checkVisibility());
  const at = regions.findIndex((region) =>
    region.contains(document.activeElement)
  );
  const start = at < 0 && step < 0 ? 0 : at;
  regions[(start + step + regions.length) % regions.length]?.focus();
}
