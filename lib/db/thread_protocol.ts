/** What the main thread and a database's threads say to each other. */
import type { ErrorCode } from "../protocol.ts";
import type { SlowReadName } from "./slow_reads.ts";
import type { SqliteOptions } from "./sqlite.ts";
import type { WriteName } from "./writes.ts";

/** Opening and closing a thread's connection. */
export type ThreadCall =
  | { call: "open"; options: SqliteOptions }
  | { call: "close" };

/** A call to the writer. */
export type WriterCall =
  | ThreadCall
  | { call: "write"; name: WriteName; args: unknown }
  | { call: "checkpoint" };

/** A call to the reader. */
export type ReaderCall =
  | ThreadCall
  | { call: "read"; name: SlowReadName; args: unknown };

/** A call as it is sent; `ref` comes back with the answer. */
export type ThreadRequest<Call> = Call & { ref: number };

/** A thread's answer: what the call gave, why it was refused, or what broke. */
export type ThreadAnswer =
  & { ref: number }
  & (
    | { result: unknown }
    | { refused: { code: ErrorCode; wait?: number } }
    | { broken: string }
  );
