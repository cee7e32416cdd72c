/** The log on SQLite: the contract, and what only a file can suffer. */
import { messageLogContract } from "./message_log_contract.ts";
import { SqliteStore } from "./support/sqlite_store.ts";

messageLogContract("SQLite", () => new SqliteStore());
