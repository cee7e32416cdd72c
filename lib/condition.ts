/** How the server does, for those who keep the place. */
import type { Database } from "./db/open.ts";
import { lastError, type LoggedError } from "./logging.ts";
import { require, type Who } from "./permissions.ts";

/** The server at one moment. */
export interface Condition {
  /** What is wrong with the database, or null. */
  problem: string | null;
  /** Bytes of the database's files. */
  size: number;
  /** Seconds since the start. */
  uptime: number;
  connections: number;
  people: number;
  messages: number;
  openRooms: number;
  /** Direct ones are nobody's business, not even as a number. */
  privateRooms: number;
  lastError: LoggedError | null;
}

/** What the condition is read from. */
export interface ConditionSources {
  db: Pick<Database, "read" | "size">;
  problem: () => Promise<string | null>;
  uptime: number;
  connections: number;
}

/** Looks how the server does; refused with `forbidden`. */
export async function readCondition(
  who: Who,
  { db, problem, uptime, connections }: ConditionSources,
): Promise<Condition> {
  require(who, "managePlace");
  const { read } = db;
  const rooms = await read.selectFrom("rooms")
    .where("kind", "in", ["open", "private"]).groupBy("kind")
    .select((eb) => ["kind", eb.fn.countAll<number>().as("count")]).execute();
  const { messages } = await read.selectFrom("rooms")
    .select((eb) => eb.fn.sum<number>("posts").as("messages"))
    .executeTakeFirstOrThrow();
  const { people } = await read.selectFrom("persons")
    .where("name_key", "is not", null)
    .select((eb) => eb.fn.countAll<number>().as("people"))
    .executeTakeFirstOrThrow();
  const countOf = (kind: string) =>
    Number(rooms.find((row) => row.kind === kind)?.count ?? 0);
  return {
    ...{ uptime, connections, people: Number(people) },
    problem: await problem(),
    size: await db.size(),
    messages: Number(messages),
    openRooms: countOf("open"),
    privateRooms: countOf("private"),
    lastError: lastError(),
  };
}
