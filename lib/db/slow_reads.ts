/**
 * Reads that take too long for the main thread, by name. Arguments and results
 * cross to another thread, so both are plain data.
 */
import type { Kysely } from "kysely";
import type { Schema } from "./schema.ts";
import { searchMessages } from "./search_reads.ts";

/** The collection; new slow reads are added here. */
export const slowReads = {
  searchMessages,
};

/** The names of all slow reads. */
export type SlowReadName = keyof typeof slowReads;

/** What the named read takes. */
export type SlowReadArgs<N extends SlowReadName> = Parameters<
  typeof slowReads[N]
>[1];

/** What the named read gives. */
export type SlowReadResult<N extends SlowReadName> = Awaited<
  ReturnType<typeof slowReads[N]>
>;

/** Runs the named read. */
export function runSlowRead(
  db: Kysely<Schema>,
  name: SlowReadName,
  args: unknown,
): Promise<unknown> {
  const read = slowReads[name] as (
    db: Kysely<Schema>,
    args: unknown,
  ) => Promise<unknown>;
  return read(db, args);
}
