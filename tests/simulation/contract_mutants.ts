/** Mistakes that one test each has to notice, where a simulation does not, or too rarely. */
import { type Mutant, mutant } from "./mutants.ts";

/** A mistake, and the test that has to fail because of it. */
export interface ContractMutant extends Mutant {
  /** The test's file. */
  test: string;
  /** Part of the test's name. */
  rule: string;
}

function noticed(
  by: { test: string; rule: string },
  ...mutation: Parameters<typeof mutant>
): ContractMutant {
  return { ...mutant(...mutation), ...by };
}

const HUB = "tests/chat_hub_test.ts";
const FLOOR = "tests/chat_hub_floor_test.ts";
const SQLITE = "tests/message_log_sqlite_test.ts";
const CONNECTION = "tests/client_connection_test.ts";

/** The rules that keep a server and a client bounded, honest and polite. */
export const CONTRACT_MUTANTS: readonly ContractMutant[] = [
  noticed(
    { test: SQLITE, rule: "keeps all it acknowledged when it is killed" },
    "the writer's thread answers before the commit (L2)",
    "lib/db/sqlite_writer.ts",
    [
      "      return await connect().transaction()\n" +
      "        .execute((trx) => runWrite(trx, call.name, call.args));",
      `      return await new Promise((resolve, reject) => {
        connect().transaction().execute(async (trx) => {
          resolve(await runWrite(trx, call.name, call.args));
          await new Promise((commit) => setTimeout(commit, 50));
        }).catch(reject);
      });`,
    ],
  ),
  noticed(
    { test: SQLITE, rule: "reads forward, oldest first, within bounds" },
    "the log is read without a bound in bytes (L5)",
    "lib/db/log_queries.ts",
    ["if (weight > bytes && entries.length > 0) return entries;", ""],
  ),
  noticed(
    {
      test: "tests/db_log_queries_test.ts",
      rule: "never gives a deletion with the text",
    },
    "a read goes beyond the head as of its start (L7)",
    "lib/db/log_queries.ts",
    ['        .where("e.seq", "<=", head.seq)\n', ""],
  ),
  noticed(
    { test: SQLITE, rule: "reads nothing below the floor" },
    "the floor is ignored (L8)",
    "lib/db/log_queries.ts",
    ["Math.max(after, head.floor - 1),", "after,"],
  ),
  noticed(
    { test: HUB, rule: "resets a reader below the floor" },
    "a reader below the floor gets a hole (L8, D2)",
    "lib/chat_hub.ts",
    ["if (entries[0]?.seq !== cursor + 1) return await", "if (!entries) await"],
  ),
  noticed(
    { test: FLOOR, rule: "resets all when the newest entries went" },
    "what went before it was read is waited for (D2, L8)",
    "lib/chat_hub.ts",
    ["    if (!open.refreshing) this.#skipGone(open);\n", ""],
    [
      "      this.#take(room, entries);\n    }\n    this.#skipGone(room);\n",
      "      this.#take(room, entries);\n    }\n",
    ],
  ),
  noticed(
    {
      test: "tests/db_append_queue_test.ts",
      rule: "at the first post that it lost",
    },
    "a later post that was refused before holds up a lane (L4)",
    "lib/db/append_queue.ts",
    [
      "      one.lane.blockedBy = one.draft.id;\n      held",
      "      one.lane.blockedBy ??= one.draft.id;\n      held",
    ],
  ),
  noticed(
    { test: HUB, rule: "another epoch, another entry" },
    "a client of another entry resumes (L9)",
    "lib/chat_hub.ts",
    ["return id !== null && id === afterId;", "return id !== null;"],
  ),
  noticed(
    { test: HUB, rule: "another epoch, another entry" },
    "a client of another epoch resumes (L9)",
    "lib/chat_hub.ts",
    [
      "if (after === undefined || epoch !== this.#log.epoch) return false;",
      "if (after === undefined) return false;",
    ],
  ),
  noticed(
    { test: HUB, rule: "resets a gap above the replay limit" },
    "a long gap is replayed (D2)",
    "lib/chat_hub.ts",
    ["if (gap < 0 || gap > HUB_LIMITS.replay)", "if (gap < 0)"],
  ),
  noticed(
    { test: HUB, rule: "sends no page of the log to a reader" },
    "a subscription that ended during a page is served (D1)",
    "lib/chat_hub.ts",
    [
      "if (subscription.ended || !connection.ready) return;",
      "if (!connection.ready) return;",
    ],
  ),
  noticed(
    { test: HUB, rule: "sends no snapshot to a reader" },
    "a subscription that ended during a reset is served (D1)",
    "lib/chat_hub.ts",
    [
      "    if (subscription.ended) return;\n    if (page.seq",
      "    if (page.seq",
    ],
  ),
  noticed(
    {
      test: "tests/client_room_state_test.ts",
      rule: "keeps a page's state when the changes",
    },
    "the later news wins, not the newer state (C2)",
    "lib/client/message_fold.ts",
    ["  if (change.seq <= message.rev) return message;\n", ""],
  ),
  noticed(
    { test: HUB, rule: "during a read that finds nothing" },
    "a doorbell during a read is ignored (D1)",
    "lib/chat_hub.ts",
    [
      "    room.rang = true;\n    if (!room.refreshing)",
      "    if (room.refreshing) return room.refreshed;\n    room.rang = true;\n    if (!room.refreshing)",
    ],
  ),
  noticed(
    { test: HUB, rule: "waits while 64 KiB are buffered" },
    "entries are sent whatever is buffered (D3)",
    "lib/connection.ts",
    [
      "return this.#socket.bufferedAmount < CONNECTION_LIMITS.mark;",
      "return true;",
    ],
  ),
  noticed(
    { test: HUB, rule: "closes when answers pile up" },
    "answers pile up without end (D3)",
    "lib/connection.ts",
    [
      "this.#socket.bufferedAmount > CONNECTION_LIMITS.buffered",
      "this.#socket.bufferedAmount === Infinity",
    ],
  ),
  noticed(
    { test: "tests/connection_test.ts", rule: "tells its end once" },
    "a connection ends as often as it is told (D4)",
    "lib/connection.ts",
    [
      "    if (this.#closed) return;\n    this.#closed = true;",
      "    this.#closed = true;",
    ],
  ),
  noticed(
    { test: "tests/requests_test.ts", rule: "Signing out ends the session's" },
    "a session that ends leaves its connections (D5)",
    "lib/standing.ts",
    ['else connection.close(CLOSE.sessionEnded, "session_ended");', ""],
  ),
  noticed(
    { test: "tests/requests_test.ts", rule: "told with unread counts" },
    "rooms that are not on screen are not told (D6)",
    "lib/following.ts",
    [
      "rooms.some((room) => !subscriptions.has(room))",
      "rooms.length < subscriptions.size",
    ],
  ),
  noticed(
    {
      test: "tests/following_test.ts",
      rule: "comes while someone's first state is read",
    },
    "what comes while a state is read is not counted (D6)",
    "lib/following.ts",
    ["      if (heard) takeHead(room, heard);\n", ""],
  ),
  noticed(
    {
      test: "tests/client_room_state_test.ts",
      rule: "keeps changes of messages that come with an older page",
    },
    "changes of messages that aren't held are forgotten (C2)",
    "lib/client/message_list.ts",
    ["else this.#keep(change.message, change);", ""],
  ),
  noticed(
    { test: CONNECTION, rule: "waits longer after each failure" },
    "the client does not wait longer each time (C3)",
    "lib/client/backoff.ts",
    ["BACKOFF_FIRST * 2 ** Math.min(attempt, 16)", "BACKOFF_FIRST"],
  ),
  noticed(
    { test: CONNECTION, rule: "asks for the session" },
    "nobody asks why a handshake never opened (C3)",
    "lib/client/connection.ts",
    ["    this.#check();\n", "    this.#wait(this.#nextBackoff());\n"],
  ),
  noticed(
    { test: "tests/names_test.ts", rule: "Names that look alike have one key" },
    "names that look alike are several (N1)",
    "lib/names.ts",
    ["const key = lookalikeKey(name);", "const key = name;"],
  ),
  noticed(
    { test: HUB, rule: "reads a page again that could not be read" },
    "a read that is refused for a while ends a subscription (L6)",
    "lib/chat_hub.ts",
    [" && !ERRORS[error.code].retry", ""],
  ),
  noticed(
    { test: HUB, rule: "keeps below what closes a connection" },
    "one frame has all that a ring holds (D3)",
    "lib/room_ring.ts",
    ["      if (size > FRAME_SIZE && end > from) break;\n", ""],
  ),
  noticed(
    { test: HUB, rule: "keeps no more in all rings together" },
    "all rings together have no bound (D1)",
    "lib/chat_hub.ts",
    ["if (this.#ringsSize <= HUB_LIMITS.rings) return;", "return;"],
  ),
];
