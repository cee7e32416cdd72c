/** Finding people and rooms by a part of their name, alike on every database. */
import { type RawBuilder, sql } from "kysely";
import { lookalikeKey } from "../names.ts";

/** Longer than any name; SQLite refuses patterns of 50,000 bytes. */
const LONGEST = 200;

/**
 * Conditions on the column `name_key`: that the name contains what was typed,
 * or begins with it. By keys, since databases fold only some letters by
 * themselves, and not the same.
 */
export function nameLike(
  query: string,
): { contains: RawBuilder<boolean>; begins: RawBuilder<boolean> } {
  // PostgreSQL takes no NUL in a text, and no name has controls.
  const typed = query.slice(0, LONGEST).replace(/\p{Cc}/gu, " ");
  const key = lookalikeKey(typed).replace(/[\\%_]/g, "\\$&");
  const like = (pattern: string) =>
    sql<boolean>`name_key like ${pattern} escape '\\'`;
  return { contains: like(`%${key}%`), begins: like(`${key}%`) };
}
