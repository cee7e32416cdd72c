/**
 * A program that appends to the log in a folder as fast as it can, and writes
 * `seq id` to its output for each entry that was acknowledged, until it is
 * killed.
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

async function writeOn(): Promise<never> {
  while (true) {
    const message = uuidv7();
    const base = () => ({ room, author, id: uuidv7(), message });
    await append({ kind: "posted", room, author, id: message, body: "one" });
    await append({ kind: "edited", ...base(), body: "two" });
    if (Math.random() < 0.3) await append({ kind: "deleted", ...base() });
  }
}

await Promise.all(Array.from({ length: 10 }, writeOn));
