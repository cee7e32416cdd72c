/**
 * A program that appends to a room's log in a folder and removes what is older
 * than the newest entries, and writes `seq id` to its output for each entry
 * that was acknowledged, until it is killed.
 */
import { uuidv7 } from "../../lib/client/uuid.ts";
import { openDatabase } from "../../lib/db/open.ts";
import { type Draft, MessageLog } from "../../lib/message_log.ts";

const [path, room, author] = Deno.args as [string, string, string];
const db = await openDatabase({ path, onError: console.error });
const log = new MessageLog(db);
const encoder = new TextEncoder();

async function append(draft: Draft): Promise<void> {
  const { seq, id } = await log.append(draft);
  Deno.stdout.writeSync(encoder.encode(`${seq} ${id}\n`));
}

async function write(): Promise<void> {
  const message = uuidv7();
  await append({ kind: "posted", room, author, id: message, body: "one" });
  const edit = { room, author, id: uuidv7(), message };
  await append({ kind: "edited", ...edit, body: "two" });
}

while (true) {
  await Promise.all(Array.from({ length: 20 }, write));
  const { seq } = (await log.head(room))!;
  const bounds = { limit: 1, bytes: 0 };
  const [young] = await log.read(room, { after: seq - 20, ...bounds });
  await log.trim(room, young!.at);
}
