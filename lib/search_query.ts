/** The language in which people say what they look for. */
import { Refusal } from "./errors.ts";
import { tokensOfQuery } from "./search_tokens.ts";

/** What a message may be asked to have. */
export const HAS = ["file", "image", "link", "reaction"] as const;

/** One of {@link HAS}. */
export type Has = typeof HAS[number];

/** What someone looks for; all of it must hold. */
export interface SearchQuery {
  /** Words and phrases that the message has. */
  words: string[];
  /** Words and phrases that it doesn't have. */
  without: string[];
  /** The author's name, or `me`. */
  from?: string;
  /** The room's slug or name. */
  in?: string;
  has: Has[];
  /** Milliseconds since 1970: the message is older than this. */
  before?: number;
  /** Milliseconds since 1970: the message is as old as this or younger. */
  after?: number;
}

/** What is wrong with a query; each has a text in `locales/`. */
export type QueryProblem =
  | "nothing"
  | "too_long"
  | "quote"
  | "value"
  | "twice"
  | "minus"
  | "has"
  | "date"
  | "person"
  | "room";

/** A query that can't be understood: what is wrong with which part of it. */
export class BadQuery extends Refusal {
  readonly problem: QueryProblem;
  /** As it was written. */
  readonly part: string;

  /** Makes the refusal `bad_query`. */
  constructor(problem: QueryProblem, part: string) {
    super("bad_query");
    this.problem = problem;
    this.part = part;
  }
}

/** UTF-16 code units of the longest query. */
export const LONGEST_QUERY = 300;

/** Each part: `-`, a filter's key, and a quoted or a plain value. */
const PART =
  /(?<minus>-?)(?:(?<key>from|in|has|before|after)[:：])?(?:["“”](?<quoted>[^"“”]*)(?<end>["“”]?)|(?<plain>[^\s"“”]*))/giy;

interface Part {
  /** As it was written. */
  text: string;
  minus: boolean;
  key: string | undefined;
  value: string;
}

/**
 * Reads a query: words, "phrases", -words, `from:`, `in:`, `has:`, and
 * `before:` and `after:` with days of the given time zone. Throws
 * {@link BadQuery}.
 */
export function parseQuery(text: string, timeZone = "UTC"): SearchQuery {
  if (text.length > LONGEST_QUERY) {
    throw new BadQuery("too_long", text.slice(0, 20));
  }
  const query: SearchQuery = { words: [], without: [], has: [] };
  for (const part of partsOf(text)) {
    if (part.key !== undefined) addFilter(query, part, timeZone);
    // Signs alone, such as the & between two words, say nothing.
    else if (tokensOfQuery(part.value).size > 0) {
      query[part.minus ? "without" : "words"].push(part.value);
    }
  }
  const { words, without, has, ...filters } = query;
  const isEmpty = words.length + without.length + has.length === 0 &&
    Object.keys(filters).length === 0;
  if (isEmpty) throw new BadQuery("nothing", text.trim());
  return query;
}

function* partsOf(text: string): Generator<Part> {
  for (let at = 0; at < text.length;) {
    if (/\s/.test(text[at]!)) {
      at++;
      continue;
    }
    PART.lastIndex = at;
    const match = PART.exec(text)!;
    const { minus, key, quoted, end, plain } = match.groups!;
    const part = match[0];
    if (quoted !== undefined && end === "") throw new BadQuery("quote", part);
    yield {
      text: part,
      minus: minus !== "",
      key: key?.toLowerCase(),
      value: quoted ?? plain ?? "",
    };
    at += part.length;
  }
}

function addFilter(query: SearchQuery, part: Part, timeZone: string): void {
  const { text, minus, key } = part;
  const value = part.value.trim();
  if (minus) throw new BadQuery("minus", text);
  if (value === "") throw new BadQuery("value", text);
  if (key === "has") {
    const has = HAS.find((one) => one === value.toLowerCase());
    if (!has) throw new BadQuery("has", text);
    query.has.push(has);
    return;
  }
  if (query[key as "from"] !== undefined) throw new BadQuery("twice", text);
  if (key === "from") query.from = value.replace(/^@/, "");
  else if (key === "in") query.in = value.replace(/^#/, "");
  else if (key === "before") query.before = dayOf(part, 0, timeZone);
  else query.after = dayOf(part, 1, timeZone);
}

/** When the day of a part, or one `days` later, begins. */
function dayOf({ text, value }: Part, days: number, timeZone: string): number {
  const [, year, month, day] = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(value.trim()) ??
    [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCDate() !== Number(day)) throw new BadQuery("date", text);
  date.setUTCDate(date.getUTCDate() + days);
  const utc = date.getTime();
  // A second look, since the clocks may change between the two.
  return utc - offsetAt(utc - offsetAt(utc, timeZone), timeZone);
}

/** Milliseconds by which a zone's clocks are ahead of UTC. */
function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const [month, day, year, hour, minute, second] = parts
    .filter(({ type }) => type !== "literal")
    .map(({ value }) => Number(value));
  return Date.UTC(year!, month! - 1, day, hour, minute, second) - at;
}
