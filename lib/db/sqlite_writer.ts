/**
 * The writer's thread: it owns the connection that writes, so that a sync to
 * disk stops nobody (a sync costs 5 to 20 ms on ordinary disks).
 */
import { versions } from "node:process";
import type { Kysely } from "kysely";
import { migrateSqlite } from "./migrations/sqlite.ts";
import type { Schema } from "./schema.ts";
import { openIndex } from "./search_writes.ts";
import { checkpoint, openSqlite, type SqliteOptions } from "./sqlite.ts";
import { answerCalls } from "./thread_answers.ts";
import type { WriterCall } from "./thread_protocol.ts";
import { runWrite } from "./writes.ts";

let options: SqliteOptions;
let connection: Kysely<Schema> | undefined;

answerCalls(run, disconnect);

async function run(call: WriterCall): Promise<unknown> {
  switch (call.call) {
    case "open":
      options = call.options;
      await migrateSqlite(connect(), options.file);
      return await connect().transaction().execute((trx) =>
        openIndex(trx, versions.unicode)
      );
    case "write":
      return await connect().transaction()
        .execute((trx) => runWrite(trx, call.name, call.args));
    case "checkpoint":
      return await checkpoint(connect());
    case "close":
      return await disconnect();
  }
}

function connect(): Kysely<Schema> {
  return connection ??= openSqlite(options);
}

/** After a failure the next call starts with a fresh connection. */
async function disconnect(): Promise<void> {
  const closing = connection;
  connection = undefined;
  await closing?.destroy().catch(() => {});
}
