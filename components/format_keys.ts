/** Shortcuts that make what is selected in a text box bold, italic, struck out or code. */
import { replaceText } from "./insert_text.ts";
import { hasCommand } from "./keys.ts";

const MARKS: Readonly<Record<string, string>> = {
  b: "**",
  i: "*",
  e: "`",
  X: "~~",
};

/** Carries out a formatting shortcut; false for every other key. */
export function formatWithKey(event: KeyboardEvent): boolean {
  if (!hasCommand(event)) return false;
  const key = event.key.toLowerCase();
  const mark = MARKS[event.shiftKey ? key.toUpperCase() : key];
  if (mark === undefined) return false;
  toggleMark(event.currentTarget as HTMLTextAreaElement, mark);
  return true;
}

/** Puts marks around the selection, or takes them away; spaces at its ends stay outside. */
function toggleMark(field: HTMLTextAreaElement, mark: string): void {
  const { value } = field;
  const picked = value.slice(field.selectionStart, field.selectionEnd);
  const start = field.selectionStart +
    (picked.length - picked.trimStart().length) % (picked.length || 1);
  const text = picked.trim();
  const end = start + text.length;
  const around = value.slice(0, start).endsWith(mark) &&
    value.slice(end).startsWith(mark) && !isLonger(value, start, end, mark);
  if (around) {
    replaceText(field, start - mark.length, end + mark.length, text);
    return select(field, start - mark.length, text);
  }
  const [open, close] = mark === "`" && text.includes("\n")
    ? ["```\n", "\n```"]
    : [mark, mark];
  replaceText(field, start, end, open + text + close);
  select(field, start + open.length, text);
}

/** Whether the marks are the inner part of longer ones: `**` is no `*` twice. */
function isLonger(
  value: string,
  start: number,
  end: number,
  mark: string,
): boolean {
  if (mark !== "*") return false;
  const runBefore = /\**$/.exec(value.slice(0, start))![0].length;
  const runAfter = /^\**/.exec(value.slice(end))![0].length;
  return Math.min(runBefore, runAfter) === 2;
}

function select(field: HTMLTextAreaElement, start: number, text: string): void {
  field.setSelectionRange(start, start + text.length);
}
