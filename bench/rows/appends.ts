/** The log alone: messages stored for good in a second, by the code of the server. */
import { Accounts } from "../../lib/accounts.ts";
import { openDatabase } from "../../lib/db/open.ts";
import { uuidv7 } from "../../lib/client/uuid.ts";
import { MessageLog } from "../../lib/message_log.ts";
import { Rooms } from "../../lib/rooms.ts";
import { Sessions } from "../../lib/sessions.ts";
import { type Bench, round } from "../row.ts";
import { syncTime } from "../sync_time.ts";

const SECONDS = 5;
/** Messages that wait to be stored at any time. */
const WINDOW = 1_000;
const BODY = "x".repeat(100);

/** Messages a second, each durable before it counts. */
export const appends: Bench = async ({ seconds = SECONDS }) => {
  const folder = await Deno.makeTempDir();
  const db = await openDatabase({ path: folder, onError: console.error });
  let commits = 0;
  const log = new MessageLog(db, { onCommitted: () => void commits++ });
  const { token, person } = await new Accounts(db).enter("Somebody");
  const who = (await new Sessions(db).find(token))!;
  const room = await new Rooms(db).create(who, "Benchmark");
  const stop = performance.now() + seconds * 1_000;
  const started = performance.now();
  let stored = 0;
  const write = async () => {
    while (performance.now() < stop) {
      await log.append({
        kind: "posted",
        room: room.id,
        id: uuidv7(),
        author: person.id,
        body: BODY,
      });
      stored++;
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, write));
  const wall = (performance.now() - started) / 1_000;
  const head = await log.head(room.id);
  await log.close();
  await db.close();
  await Deno.remove(folder, { recursive: true });
  if (head?.posts !== stored) {
    throw new Error(`${head?.posts} of ${stored} are in the log`);
  }
  return [{
    name: "appends: durable messages",
    atoll: `${round(stored / wall)} /s, ${round(stored / commits)} a sync of ${
      round(await syncTime())
    } ms`,
  }];
};
