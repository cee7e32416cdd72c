/** Searching on PostgreSQL. */
import { searchContract, type SearchStore } from "./search_contract.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";

class PostgresSearchStore extends PostgresStore implements SearchStore {
  async indexed(): Promise<string[]> {
    const rows = await this.rows(
      "select distinct unnest(tokens) as term from search_docs",
    );
    return rows.map(({ term }) => `${term}`)
      .filter((term) => !term.startsWith("_"));
  }

  /** Old tokens would stay until new ones come over them. */
  async outdate(): Promise<void> {
    await this.execute(`delete from meta where key = 'search_rules';
      update search_docs set tokens = '{}'`);
  }

  /** In any row of any table: what its files keep until they are cleaned is documented. */
  async contains(text: string): Promise<boolean> {
    const tables = ["entries", "messages", "search_docs", "audit"];
    for (const table of tables) {
      const [row] = await this.rows(
        `select count(*) as found from ${table} as t
          where strpos(t::text, '${text}') > 0`,
      );
      if (Number(row!.found) > 0) return true;
    }
    return false;
  }
}

if (POSTGRES_URL) searchContract("PostgreSQL", () => new PostgresSearchStore());
