/** What the main thread and the writer's thread say to each other. */
import type { ErrorCode } from "../protocol.ts";
import type { SqliteOptions } from "./sqlite.ts";
import type { WriteName } from "./writes.ts";

/** A call to the writer. */
export type WriterCall =
  | { call: "open"; options: SqliteOptions }
  | { call: "write"; name: WriteName; args: unknown }
  | { call: "checkpoint" }
  | { call: "close" };

/** A call as it is sent; `ref` comes back with the answer. */
export type WriterRequest = WriterCall & { ref: number };

/** The writer's answer: what the call gave, why it was refused, or what broke. */
export type WriterAnswer =
  & { ref: number }
  & (
    | { result: unknown }
    | { refused: { code: ErrorCode; wait?: number } }
    | { broken: string }
  );
