/** Names of people and rooms: what is allowed, and which look alike (N1). */
import { rectifyConfusion } from "unicode-confusables";
import { Refusal } from "./errors.ts";
import { FORMER_NAME, LIMITS } from "./protocol.ts";

/** A name as it is shown, and the key that makes it unique. */
export interface CheckedName {
  /** NFC, trimmed, runs of white space as one space. */
  name: string;
  /** Equal for names that differ only in case, width or lookalike letters. */
  key: string;
}

const RESERVED_PEOPLE =
  "admin administrator all atoll channel deleted everyone here moderator owner root server support system";
const RESERVED_ROOMS = "all atoll everyone here rooms settings";

const WORD = /[\p{L}\p{M}]+/gu;

const reservedPeople = new Set(
  [...RESERVED_PEOPLE.split(" "), FORMER_NAME].map(lookalikeKey),
);
const reservedRooms = new Set(RESERVED_ROOMS.split(" ").map(lookalikeKey));

/** Checks a person's name; throws {@link Refusal} with a `name_…` code. */
export function checkPersonName(text: string): CheckedName {
  // Others write it behind an @ of their own.
  const name = text.trim().replace(/^[@＠]+/, "");
  return checkName(name, LIMITS.personNameGraphemes, reservedPeople);
}

/** The key of a person's name as someone typed it, or null when nobody can have it. */
export function personNameKey(text: string): string | null {
  try {
    return checkPersonName(text).key;
  } catch {
    return null;
  }
}

/** Checks a room's name; throws {@link Refusal} with a `name_…` code. */
export function checkRoomName(text: string): CheckedName {
  const name = text.trim().replace(/^#+/, "");
  return checkName(name, LIMITS.roomNameGraphemes, reservedRooms);
}

/** Checks the name of the place; throws {@link Refusal} with a `name_…` code. */
export function checkPlaceName(text: string): string {
  return checkName(text, LIMITS.roomNameGraphemes, new Set()).name;
}

/**
 * The part of an address that stands for a room: lower case, letters, digits
 * and marks of any script, `-` between words; never empty and never a UUID.
 */
export function slugOf(name: string): string {
  const slug = name.normalize("NFKC").toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  if (slug === "") return "room";
  return slug.length === 36 && /^[0-9a-f-]+$/.test(slug)
    ? `room-${slug}`
    : slug;
}

function checkName(
  text: string,
  maxGraphemes: number,
  reserved: ReadonlySet<string>,
): CheckedName {
  // Long before counting graphemes, which costs more than anything else here.
  if (text.length > 1_000) throw new Refusal("name_too_long");
  if (!text.isWellFormed()) throw new Refusal("name_characters");
  const name = text.normalize("NFC").trim().replace(/\s+/g, " ");
  if (hasForbiddenCharacters(name)) throw new Refusal("name_characters");
  if (graphemes(name) > maxGraphemes) throw new Refusal("name_too_long");
  if (!/[\p{L}\p{N}]|\p{RGI_Emoji}/v.test(name)) {
    throw new Refusal("name_empty");
  }
  const key = lookalikeKey(name);
  if (reserved.has(key)) throw new Refusal("name_reserved");
  return { name, key };
}

/**
 * Controls, formatting and direction characters, private and unassigned code
 * points, letters that show nothing, and stacks of more than four marks.
 * The joiners inside emoji, Indic and Persian words are the exception.
 */
function hasForbiddenCharacters(name: string): boolean {
  const text = name.replace(/\p{RGI_Emoji}/gv, "")
    .replace(/(?<=[\p{L}\p{M}])[\u200c\u200d](?=\p{L})/gu, "");
  return /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\p{M}{5,}/u
    .test(text);
}

function graphemes(text: string): number {
  let count = 0;
  for (const _ of new Intl.Segmenter().segment(text)) count++;
  return count;
}

/**
 * A word that mixes Latin letters with others, with what looks like a Latin
 * capital as one: `Вob` in Cyrillic, whose small `в` looks like no Latin letter.
 */
function withLatinCapitals(word: string): string {
  if (!/[a-z]/i.test(word)) return word;
  return word.replace(/\p{Lu}/gu, (letter) => {
    const latin = letter > "\u007f" ? rectifyConfusion(letter) : letter;
    // What looks like a small one, as І like l, is compared in its own small form.
    return /^[A-Z]$/.test(latin) ? latin : letter;
  });
}

/** What names are compared by: NFKC, folded case, and the skeleton of lookalikes (N1). */
export function lookalikeKey(name: string): string {
  const folded = name.normalize("NFKC").replace(WORD, withLatinCapitals)
    .replace(/[\u200c\u200d\s]/gu, "").toLowerCase();
  const skeleton = rectifyConfusion(folded.normalize("NFD")).toLowerCase();
  return skeleton.normalize("NFD");
}
