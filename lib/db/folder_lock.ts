/** Keeps a second server away from a data folder. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { cannotOpen } from "./open.ts";

/**
 * Takes the folder, made for nobody else if missing, for this process, until the returned
 * function is called or the process ends, however it ends. Throws an error of
 * one line when another server has it: their doorbells would not reach each
 * other. SQLite's lock is used since it works alike on all systems.
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, "atoll.lock");
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const taken = lock = new DatabaseSync(file);
    taken.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
    return () => taken.close();
  } catch (error) {
    lock?.close();
    if (!/is locked/.test(String(error))) {
      throw new Error(cannotOpen(file, error), { cause: error });
    }
    throw new Error(
      `The data folder ${folder} is in use by another Atoll; stop it, or name another folder in ATOLL_DATA`,
    );
  }
}
