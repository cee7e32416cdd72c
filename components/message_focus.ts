/** Keys in the list of messages. */
import { isPlainKey } from "./keys.ts";
import type { MessageActions } from "./message_actions.ts";

/** Marks the message that has the focus as unread, by U. */
export function markUnreadByKey(
  event: KeyboardEvent,
  actions: Pick<MessageActions, "markUnread">,
): void {
  const { tagName, dataset } = event.target as HTMLElement;
  if (tagName !== "ARTICLE" || !isPlainKey(event, "u")) return;
  const seq = Number(dataset.seq);
  if (seq > 0) actions.markUnread(seq);
}

/** Walks through the messages with the arrow keys while the log has the focus. */
export function moveAmongMessages(event: KeyboardEvent): void {
  const up = event.key === "ArrowUp";
  if ((!up && event.key !== "ArrowDown") || event.altKey || event.ctrlKey) {
    return;
  }
  const log = event.currentTarget as HTMLElement;
  const target = event.target as HTMLElement;
  if (target !== log && target.tagName !== "ARTICLE") return;
  const rows = [...log.querySelectorAll<HTMLElement>("article")];
  const at = rows.indexOf(target);
  const next = at < 0 ? rows.at(-1) : rows[at + (up ? -1 : 1)];
  if (next === undefined) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
