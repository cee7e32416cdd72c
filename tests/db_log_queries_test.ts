import { assertEquals } from "@std/assert";
import type { CompiledQuery } from "kysely";
import { uuidv7 } from "../lib/client/uuid.ts";
import { readForward } from "../lib/db/log_queries.ts";
import { runWrite } from "../lib/db/writes.ts";
import {
  kyselyOn,
  MemorySqlite,
  streamNothing,
} from "./simulation/memory_sqlite.ts";
import { Random } from "./simulation/random.ts";
import { Town } from "./simulation/town.ts";

Deno.test("Reading the log in pieces never gives a deletion with the text it deleted [L7]", async () => {
  const sqlite = await MemorySqlite.open();
  const town = new Town(sqlite);
  await town.found({ people: 1, rooms: 1, messages: 70 }, new Random(1));
  const [room] = town.rooms as [string];
  const [{ id: message, author }] = town.messages as [typeof town.messages[0]];
  const kind = "deleted" as const;
  const drafts = [{ kind, room, id: uuidv7(), author, message }];
  const deletion = () =>
    sqlite.kysely.transaction()
      .execute((trx) => runWrite(trx, "append", { drafts, now: 1 }));
  let pieces = 0;
  const db = kyselyOn(() => ({
    streamQuery: streamNothing,
    begin() {},
    commit: () => Promise.resolve(),
    rollback() {},
    async executeQuery<R>(query: CompiledQuery) {
      if (query.sql.includes(`"entries"`) && ++pieces === 2) await deletion();
      return sqlite.run<R>(query);
    },
  }));
  const all = { limit: 100, bytes: 1_000_000 };
  const entries = await readForward(db, room, { after: 0, ...all });
  assertEquals([pieces, entries.length], [2, 70]);
  const rest = await readForward(db, room, { after: 70, ...all });
  assertEquals(rest.map(({ kind }) => kind), ["deleted"]);
});
