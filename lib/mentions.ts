/** Whom a message's body mentions: `@Name`, or `@here` for all who are connected. */
import type { Mention } from "./db/drafts.ts";
import { padded } from "./db/lists.ts";
import type { Database } from "./db/open.ts";
import { lookalikeKey } from "./names.ts";
import type { Person } from "./protocol.ts";

/** Bounds of one message. */
const MOST = {
  /** `@` signs that are looked at. */
  signs: 30,
  /** Words that a name may have: longer ones are not found. */
  words: 5,
  /** Ends of a name that are tried behind each, the nearest first. */
  ends: 20,
  /** UTF-16 units behind an `@` that are looked at. */
  name: 120,
  /** People whom `@here` reaches. */
  here: 500,
} as const;

/** What finding mentions needs. */
export interface MentionsOptions {
  db: Pick<Database, "read">;
  /** Ids of the people who follow a room and are connected. */
  connectedIn: (room: string) => readonly string[];
}

/** Finds the people whom bodies name. */
export class Mentions {
  readonly #options: MentionsOptions;

  /** Mentions among the people of a database. */
  constructor(options: MentionsOptions) {
    this.#options = options;
  }

  /**
   * Who is mentioned in a body, each once, under the name that it has there;
   * of several names that fit, the longest. Undefined when nobody is.
   */
  async of(body: string, room: string): Promise<Mention[] | undefined> {
    const signs = candidatesOf(body);
    if (signs.length === 0) return undefined;
    const keys = new Map(
      signs.flat().map((text) => [text, lookalikeKey(text)] as const),
    );
    const people = await this.#named(room, [...new Set(keys.values())]);
    const mentions = new Map<string, Mention>();
    for (const texts of signs) {
      if (texts.at(-1) === "here") {
        const here = this.#options.connectedIn(room).slice(0, MOST.here);
        mentions.set("here", { id: "here", name: "here", here });
        continue;
      }
      for (const text of texts) {
        const person = people.get(keys.get(text)!);
        if (!person) continue;
        mentions.set(person.id, { id: person.id, name: text });
        break;
      }
    }
    return mentions.size > 0 ? [...mentions.values()] : undefined;
  }

  /** People with these name keys who can read the room. */
  async #named(room: string, keys: string[]): Promise<Map<string, Person>> {
    const { read } = this.#options.db;
    const rows = await read.selectFrom("persons")
      .where("name_key", "in", padded(keys))
      .where((eb) =>
        eb.or([
          eb.exists(
            eb.selectFrom("rooms").select("id").where("id", "=", room)
              .where("kind", "=", "open"),
          ).and("only_room", "is", null),
          eb.exists(
            eb.selectFrom("memberships").select("person")
              .whereRef("person", "=", "persons.id").where("room", "=", room),
          ),
        ])
      )
      .select(["id", "name", "name_key"]).execute();
    return new Map(rows.map(({ id, name, name_key }) => [
      name_key!,
      { id, name },
    ]));
  }
}

const UNSPACED =
  "[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}]";

/** Not in the middle of a word, as in an e-mail address, unless words have no spaces between. */
const SIGN = new RegExp(
  `(?<=^|[^\\p{L}\\p{N}_.]|${UNSPACED})@(?=\\S)`,
  "gu",
);

/** Where a name may end: before what no word has, and behind each letter that needs no space. */
const ENDS = new RegExp(
  `(?=[^\\p{L}\\p{M}\\p{N}])|$|(?<=${UNSPACED})`,
  "gu",
);

/** Behind each `@` the texts that may be a name, the longest first. */
function candidatesOf(body: string): string[][] {
  return [...body.matchAll(SIGN)]
    .slice(0, MOST.signs)
    .map(({ index }) =>
      prefixesOf(body.slice(index + 1, index + 1 + MOST.name).split("\n")[0]!)
    );
}

/** Up to each end of a word, the longest first; names may have spaces. */
function prefixesOf(text: string): string[] {
  const prefixes = new Set<string>();
  const words = [...text.matchAll(/\S+/g)].slice(0, MOST.words);
  for (const { 0: word, index } of words) {
    // With what follows the name, and without: `@Ana, …`, `@Ana's`, `@张伟：`.
    for (const { index: end } of word.matchAll(ENDS)) {
      // Not before a sign that starts a word: the name would take the space along.
      if (end > 0) prefixes.add(text.slice(0, index + end));
    }
  }
  return [...prefixes].sort((a, b) => b.length - a.length).slice(-MOST.ends);
}
