/** What a message says, as a tree: nothing in it is HTML. */
import type { Person } from "../lib/protocol.ts";

/** A stretch of running text. */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "emphasis" | "strike"; children: Inline[] }
  | {
    kind: "link";
    /** Absolute, and `http:`, `https:` or `mailto:`. */
    href: string;
    /** Where it leads, of a link whose text doesn't say so. */
    title?: string;
    children: Inline[];
  }
  /** A person's id, or `here` for everyone who was there. */
  | { kind: "mention"; person: string; text: string }
  | { kind: "room"; slug: string; name: string };

/** An item of a list; `value` is its number as it was written. */
export interface ListItem {
  value?: number;
  blocks: Block[];
}

/** Where the cells of a column stand. */
export type Side = "start" | "center" | "end";

/** What stands in one cell of a table. */
export interface TableCell {
  children: Inline[];
}

/** A part of a message that has lines of its own. */
export type Block =
  | { kind: "text" | "heading"; children: Inline[] }
  | { kind: "code"; language: string; text: string }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "list"; items: ListItem[] }
  /** The first row is the header; others may be shorter. */
  | { kind: "table"; sides: Side[]; rows: TableCell[][] };

/** What names in a body are checked against. */
export interface BodyNames {
  /** Whom the message mentions, under the names it has. */
  mentions: readonly Person[];
  /** Names of the rooms that one follows, by slug. */
  rooms: ReadonlyMap<string, string>;
}

/** Blocks inside blocks; what is nested deeper is text. */
export const MOST_NESTED_BLOCKS = 6;

/** Columns of a table; with more it is text. */
export const MOST_COLUMNS = 20;

/** Bold in italics in a link …; what is nested deeper is text. */
export const MOST_NESTED_INLINES = 8;
