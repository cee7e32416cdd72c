/** The log on PostgreSQL: the contract, and what several machines can do to it. */
import { messageLogContract } from "./message_log_contract.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";

if (POSTGRES_URL) messageLogContract("PostgreSQL", () => new PostgresStore());
