/** The reader's thread: its connection runs what would stop the others for too long. */
import type { Kysely } from "kysely";
import type { Schema } from "./schema.ts";
import { runSlowRead } from "./slow_reads.ts";
import { openSqlite, type SqliteOptions } from "./sqlite.ts";
import { answerCalls } from "./thread_answers.ts";
import type { ReaderCall } from "./thread_protocol.ts";

let options: SqliteOptions;
let connection: Kysely<Schema> | undefined;

answerCalls(run, disconnect);

async function run(call: ReaderCall): Promise<unknown> {
  switch (call.call) {
    case "open":
      options = call.options;
      connect();
      return;
    case "read":
      return await runSlowRead(connect(), call.name, call.args);
    case "close":
      return await disconnect();
  }
}

function connect(): Kysely<Schema> {
  return connection ??= openSqlite(options);
}

async function disconnect(): Promise<void> {
  const closing = connection;
  connection = undefined;
  await closing?.destroy().catch(() => {});
}
