/**
 * Posts to rooms as fast as it can, several at once, each id twice:
 * `append_to_rooms.ts settings rooms author count name`.
 */
import { openDatabase } from "../../lib/db/open.ts";
import { MessageLog } from "../../lib/message_log.ts";

const [settings, rooms, author, count, name] = Deno.args as [
  string,
  string,
  string,
  string,
  string,
];
const db = await openDatabase({
  path: "",
  postgres: JSON.parse(settings),
  onError: console.error,
});
const log = new MessageLog(db);
const all = rooms.split(",");
await Promise.all(Array.from({ length: Number(count) }, async (_, i) => {
  const draft = {
    ...{ kind: "posted" as const, author, id: crypto.randomUUID() },
    ...{ room: all[i % all.length]!, body: `${name} ${i}` },
  };
  const [first, again] = await Promise.all([
    log.append(draft),
    // A while later, so that it is another transaction.
    new Promise((go) => setTimeout(go, i % 50)).then(() => log.append(draft)),
  ]);
  if (first.seq !== again.seq) throw new Error("An id got two places");
}));
await log.close();
await db.close();
