/** Searching on SQLite. */
import { DatabaseSync } from "node:sqlite";
import { searchContract, type SearchStore } from "./search_contract.ts";
import { SqliteStore } from "./support/sqlite_store.ts";

class SqliteSearchStore extends SqliteStore implements SearchStore {
  indexed(): Promise<string[]> {
    using db = new DatabaseSync(this.file);
    db.exec(
      "create virtual table temp.terms using fts5vocab(main, search_index, row)",
    );
    const terms = db.prepare("select term from terms").all()
      .map(({ term }) => `${term}`).filter((term) => !term.startsWith("_"));
    return Promise.resolve(terms);
  }

  outdate(): Promise<void> {
    return this.execute("delete from meta where key = 'search_rules'");
  }
}

searchContract("SQLite", () => new SqliteSearchStore());
