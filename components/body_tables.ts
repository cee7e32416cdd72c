/**
 * Reads tables: rows of cells between pipes, under a row of dashes. They keep
 * the conventions of GitHub, but that what a row has too much is not dropped.
 */
import { parseInlines } from "./body_inlines.ts";
import {
  type Block,
  type BodyNames,
  MOST_COLUMNS,
  type Side,
} from "./body_tree.ts";

const RULE = /^[\s|:-]+$/;
const DASHES = /^:?-+:?$/;

/**
 * The table whose header is this line, if it is one, and the index of the line
 * behind it. It ends with its last line that has a pipe, or where `startsOther`.
 */
export function tableAt(
  lines: readonly string[],
  at: number,
  names: BodyNames,
  startsOther: (line: string) => boolean,
): { block: Block; end: number } | null {
  const sides = sidesOf(lines[at + 1] ?? "");
  if (sides === null || !lines[at]!.includes("|")) return null;
  const head = cellsOf(lines[at]!);
  if (head.length !== sides.length) return null;
  const rows = [head];
  let end = at + 2;
  for (; end < lines.length; end++) {
    const line = lines[end]!;
    if (!line.includes("|") || startsOther(line)) break;
    const cells = cellsOf(line);
    const tooMuch = cells.splice(sides.length);
    if (tooMuch.length > 0) cells.push([cells.pop(), ...tooMuch].join(" | "));
    rows.push(cells);
  }
  const read = (text: string) => ({ children: parseInlines(text, names) });
  const block: Block = {
    ...{ kind: "table", sides },
    rows: rows.map((cells) => cells.map(read)),
  };
  return { block, end };
}

/** Where the cells of each column stand, by the row of dashes; null for another line. */
function sidesOf(line: string): Side[] | null {
  if (!line.includes("|") || !RULE.test(line)) return null;
  const cells = cellsOf(line);
  const isRule = cells.length <= MOST_COLUMNS &&
    cells.every((cell) => DASHES.test(cell));
  if (!isRule) return null;
  return cells.map((cell) =>
    !cell.endsWith(":") ? "start" : cell.startsWith(":") ? "center" : "end"
  );
}

/** The texts between the pipes; an escaped one is part of a text. */
function cellsOf(line: string): string[] {
  const text = line.trim();
  const cells: string[] = [];
  let start = text.startsWith("|") ? 1 : 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "|") {
      cells.push(text.slice(start, at));
      start = at + 1;
    }
  }
  if (start < text.length || cells.length === 0) cells.push(text.slice(start));
  return cells.map((cell) => cell.trim().replaceAll("\\|", "|"));
}
