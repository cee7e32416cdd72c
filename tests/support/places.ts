/** Where the servers of tests keep what they are told: SQLite, unless a file chose otherwise. */
import type { Config } from "../../lib/config.ts";

/** A place for one server, removed at the end. */
export interface TestPlace {
  settings: Pick<Config, "data" | "postgres">;
  remove(): Promise<void>;
}

let make: () => Promise<TestPlace> = inFolder;

/** Another kind of database for the tests that this file registers from now on. */
export function choosePlaces(chosen: () => Promise<TestPlace>): void {
  make = chosen;
}

/** Whether it is the usual kind, for tests that look into its file. */
export function isInFolder(): boolean {
  return make === inFolder;
}

/** A new place. */
export function newPlace(): Promise<TestPlace> {
  return make();
}

/** A folder with a SQLite file. */
export async function inFolder(): Promise<TestPlace> {
  const data = await Deno.makeTempDir();
  return {
    settings: { data, postgres: null },
    remove: () => Deno.remove(data, { recursive: true }),
  };
}
