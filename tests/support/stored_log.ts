/** The log as a data folder whose server has stopped has it, or a PostgreSQL. */
import { openDatabase, type OpenOptions } from "../../lib/db/open.ts";
import { MessageLog } from "../../lib/message_log.ts";
import type { Entry } from "../../lib/protocol.ts";

/** All entries of these rooms, by room. */
export async function readStoredLog(
  data: string,
  rooms: readonly string[],
  postgres: OpenOptions["postgres"] = null,
): Promise<Map<string, Entry[]>> {
  const db = await openDatabase({
    path: data,
    postgres,
    onError: console.error,
  });
  const log = new MessageLog(db);
  const all = new Map<string, Entry[]>();
  for (const room of rooms) all.set(room, await readAll(log, room));
  await log.close();
  await db.close();
  return all;
}

async function readAll(log: MessageLog, room: string): Promise<Entry[]> {
  const all: Entry[] = [];
  for (;;) {
    const after = all.at(-1)?.seq ?? 0;
    const page = await log.read(room, {
      after,
      limit: 1_000,
      bytes: 10_000_000,
    });
    if (page.length === 0) return all;
    all.push(...page);
  }
}
