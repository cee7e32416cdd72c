/**
 * The writer's thread: it owns the connection that writes, so that a sync to
 * disk stops nobody (a sync costs 5 to 20 ms on ordinary disks). It handles
 * one call after another.
 */
import type { Kysely } from "kysely";
import { Refusal } from "../errors.ts";
import { migrateSqlite } from "./migrations/sqlite.ts";
import type { Schema } from "./schema.ts";
import { checkpoint, openSqlite, type SqliteOptions } from "./sqlite.ts";
import type {
  WriterAnswer,
  WriterCall,
  WriterRequest,
} from "./writer_protocol.ts";
import { runWrite } from "./writes.ts";

let options: SqliteOptions;
let connection: Kysely<Schema> | undefined;
let busy: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<WriterRequest>) => {
  busy = busy.then(async () => self.postMessage(await answer(data)));
};

async function answer({ ref, ...call }: WriterRequest): Promise<WriterAnswer> {
  try {
    return { ref, result: await run(call) };
  } catch (error) {
    if (error instanceof Refusal) {
      const { code, wait } = error;
      return { ref, refused: { code, ...wait !== undefined && { wait } } };
    }
    await disconnect();
    return { ref, broken: describe(error) };
  }
}

async function run(call: WriterCall): Promise<unknown> {
  switch (call.call) {
    case "open":
      options = call.options;
      return await migrateSqlite(connect(), options.file);
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

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return typeof code === "string"
    ? `${error.message} (${code})`
    : error.message;
}
