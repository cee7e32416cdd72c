/** Changes a text box as typing does: undo takes it back, and the box hears of it. */

/** Puts a text in place of a stretch, and the caret behind it. */
export function replaceText(
  field: HTMLTextAreaElement,
  start: number,
  end: number,
  text: string,
): void {
  field.focus();
  field.setSelectionRange(start, end);
  // Deprecated, and the only way that undo knows of.
  const command = text === "" ? "delete" : "insertText";
  if (start === end && text === "") return;
  if (document.execCommand(command, false, text)) return;
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
