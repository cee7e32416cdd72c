/** What a message says, in a line. */
import type { Message } from "../lib/protocol.ts";
import type { Translator } from "../lib/translate.ts";
import { parseBody } from "./body_parser.ts";
import type { Block, Inline } from "./body_tree.ts";

/** Characters that are looked at, and shown. */
const MOST = { read: 1_000, shown: 160 } as const;

const NO_NAMES = { mentions: [], rooms: new Map<string, string>() };

/** The first line that says something, without its marks, or what stands in for it. */
export function excerptOf(
  { body, deleted, files = [] }: Pick<Message, "body" | "deleted" | "files">,
  t: Translator,
): string {
  if (deleted) return t("message.deleted");
  const line = parseBody(body.slice(0, MOST.read), NO_NAMES)
    .flatMap(linesOf).find((one) => one.trim() !== "");
  if (line === undefined && files.length > 0) {
    return t("files.of_message", { count: files.length });
  }
  return (line ?? "").trim().slice(0, MOST.shown);
}

/** A part of a message without its marks, line by line. */
export function plainText(body: string): string {
  return parseBody(body, NO_NAMES).flatMap(linesOf)
    .filter((line) => line.trim() !== "").join("\n");
}

function linesOf(block: Block): string[] {
  switch (block.kind) {
    case "code":
      return block.text.split("\n");
    case "quote":
      return block.blocks.flatMap(linesOf);
    case "list":
      return block.items.flatMap((item) => item.blocks.flatMap(linesOf));
    case "table":
      return block.rows.map((cells) =>
        cells.map((cell) => cell.children.map(textOf).join("")).join(" | ")
      );
    default:
      return block.children.map(textOf).join("").split("\n");
  }
}

function textOf(node: Inline): string {
  if (node.kind === "room") return `#${node.name}`;
  return "text" in node ? node.text : node.children.map(textOf).join("");
}
