/** SQLite databases in temporary folders. */
import { DatabaseSync } from "node:sqlite";
import { type Database, openDatabase } from "../../lib/db/open.ts";
import type { LogStore } from "./log_harness.ts";

/** A folder with a database, removed at the end. */
export class SqliteStore implements LogStore {
  readonly folder: string = Deno.makeTempDirSync();
  readonly errors: unknown[] = [];
  readonly #maxPages: number | undefined;

  /** With `maxPages`, a disk that is soon full. */
  constructor(maxPages?: number) {
    this.#maxPages = maxPages;
  }

  /** The database's file. */
  get file(): string {
    return `${this.folder}/atoll.db`;
  }

  /** Opens the database, new or as it was left. */
  open(): Promise<Database> {
    return openDatabase({
      path: this.folder,
      ...this.#maxPages && { maxPages: this.#maxPages },
      onError: (error) => this.errors.push(error),
    });
  }

  /** A new database in another folder. */
  another(): SqliteStore {
    return new SqliteStore();
  }

  /** Runs statements as another program would. */
  execute(statements: string): Promise<void> {
    const other = this.connect();
    other.exec(statements);
    other.close();
    return Promise.resolve();
  }

  /** A connection of another program. */
  connect(): DatabaseSync {
    return new DatabaseSync(this.file);
  }

  /** Whether the text is in one of the files, whatever they are called. */
  async contains(text: string): Promise<boolean> {
    for await (const { name } of Deno.readDir(this.folder)) {
      const bytes = await Deno.readFile(`${this.folder}/${name}`);
      if (new TextDecoder("latin1").decode(bytes).includes(text)) return true;
    }
    return false;
  }

  /** Removes the folder. */
  async remove(): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
