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
