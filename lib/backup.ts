/** Copies a place while it runs, and puts a copy in its place. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { backup, DatabaseSync } from "node:sqlite";
import { lockFolder } from "./db/folder_lock.ts";
import { MIGRATIONS } from "./db/migrations/mod.ts";

const DATABASE = "atoll.db";

/** What was copied. */
export interface Copied {
  /** Messages' and waiting files. */
  files: number;
  /** Those that are no longer there: their messages were deleted meanwhile. */
  missing: number;
}

/**
 * Copies the database as it is at one moment, and then its files, to a folder
 * that has nothing yet. Throws an error of one line that says what to do.
 */
export async function backUp(data: string, to: string): Promise<Copied> {
  if (!existsSync(join(data, DATABASE))) {
    throw new Error(
      `${data} has no ${DATABASE}: name the folder in ATOLL_DATA`,
    );
  }
  await makeEmpty(to);
  const copy = join(to, DATABASE);
  // Not read-only: whoever may not write leaves files beside it that the server
  // of another user could not open.
  const source = new DatabaseSync(join(data, DATABASE));
  try {
    // All in one step: nothing that is written meanwhile begins it anew.
    await backup(source, `${copy}.part`, { rate: -1 });
  } finally {
    source.close();
  }
  const copied = await copyFiles(filesOf(`${copy}.part`), data, to);
  // Its name says that all of it is there.
  await Deno.rename(`${copy}.part`, copy);
  return copied;
}

/**
 * Puts a copy where no server runs, with another epoch, so that clients start
 * anew (L9). What is there stays, unless `force` moves it aside into the folder
 * that is returned. Throws an error of one line that says what to do.
 */
export async function restore(
  from: string,
  data: string,
  { force = false, now = Date.now() }: { force?: boolean; now?: number } = {},
): Promise<Copied & { aside: string | null }> {
  check(join(from, DATABASE));
  const unlock = lockFolder(data);
  try {
    const old = ["atoll.db", "atoll.db-wal", "atoll.db-shm", "files"]
      .filter((name) => existsSync(join(data, name)));
    if (old.length > 0 && !force) {
      throw new Error(
        `${data} has a place already: --force moves it aside, or name another folder in ATOLL_DATA`,
      );
    }
    const part = join(data, `${DATABASE}.part`);
    await Deno.copyFile(join(from, DATABASE), part);
    renew(part);
    const aside = old.length === 0 ? null : await moveAside(data, old, now);
    const copied = await copyFiles(filesOf(part), from, data);
    await Deno.rename(part, join(data, DATABASE));
    return { ...copied, aside };
  } finally {
    unlock();
  }
}

/** Throws unless the file is a whole database that this program knows. */
function check(file: string): void {
  if (!existsSync(file)) {
    throw new Error(`There is no ${file}: name a folder that a backup made`);
  }
  let version: unknown;
  try {
    // As it lies there: nothing is written beside it, nor need one be able to.
    const url = pathToFileURL(file);
    url.search = "immutable=1";
    using db = new DatabaseSync(url, { readOnly: true });
    const found = db.prepare("PRAGMA integrity_check").get();
    if (found?.integrity_check !== "ok") throw new Error("not whole");
    version = db.prepare("SELECT value FROM meta WHERE key = 'schema'").get()
      ?.value;
  } catch {
    throw new Error(`${file} is damaged, or no database of Atoll`);
  }
  if (Number(version) <= MIGRATIONS.length) return;
  throw new Error(
    `${file} was written by a newer Atoll: restore it with that one`,
  );
}

function renew(file: string): void {
  using db = new DatabaseSync(file);
  db.prepare("UPDATE meta SET value = ? WHERE key = 'epoch'")
    .run(crypto.randomUUID());
}

/** Hashes of all content that the database speaks of; nothing is left beside it. */
function filesOf(file: string): string[] {
  using db = new DatabaseSync(file);
  return db.prepare(
    "SELECT hash FROM uploads UNION SELECT hash FROM attachments",
  ).all().map(({ hash }) => String(hash));
}

async function copyFiles(
  hashes: readonly string[],
  from: string,
  to: string,
): Promise<Copied> {
  let files = 0;
  for (const hash of hashes) {
    const path = join("files", hash.slice(0, 2), hash.slice(2));
    await Deno.mkdir(dirname(join(to, path)), { recursive: true });
    try {
      await Deno.copyFile(join(from, path), join(to, path));
      files++;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return { files, missing: hashes.length - files };
}

/** Made for nobody else: what people wrote and their sessions are in it. */
async function makeEmpty(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  for await (const _ of Deno.readDir(folder)) {
    throw new Error(`${folder} is not empty: name another folder`);
  }
}

async function moveAside(
  data: string,
  names: readonly string[],
  now: number,
): Promise<string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const aside = join(data, `replaced-${time}`);
  await Deno.mkdir(aside);
  for (const name of names) {
    await Deno.rename(join(data, name), join(aside, name));
  }
  return aside;
}
