/** Schemas of the frames that clients send, and their check. */
import * as v from "valibot";
import { type ErrorCode, LIMITS, type Ref } from "./protocol.ts";

const ref = v.optional(v.union([
  v.pipe(v.string(), v.maxLength(64)),
  v.pipe(v.number(), v.safeInteger()),
]));
const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const uuid = v.pipe(
  v.string(),
  v.regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
    "Expected a UUID",
  ),
  v.toLowerCase(),
);
/** A room's id or its slug. */
const room = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const body = v.string();

/** Puts a room on screen; with `after` it resumes behind the entry held last. */
const join = v.object({
  type: v.literal("join"),
  ref,
  room,
  after: v.optional(seq),
  afterId: v.optional(v.string()),
  epoch: v.optional(v.string()),
});
const leave = v.object({ type: v.literal("leave"), ref, room });
const post = v.object({
  type: v.literal("post"),
  ref,
  room,
  id: uuid,
  body,
  /** Uploads of one's own that go with it. */
  files: v.optional(v.pipe(v.array(uuid), v.maxLength(LIMITS.files))),
  parent: v.optional(uuid),
});
const edit = v.object({
  type: v.literal("edit"),
  ref,
  room,
  id: uuid,
  message: uuid,
  body,
});
const del = v.object({
  type: v.literal("delete"),
  ref,
  room,
  id: uuid,
  message: uuid,
});
const react = v.object({
  type: v.literal("react"),
  ref,
  room,
  id: uuid,
  message: uuid,
  emoji: v.pipe(v.string(), v.maxLength(64)),
  on: v.boolean(),
});
const pin = v.object({
  type: v.literal("pin"),
  ref,
  room,
  id: uuid,
  message: uuid,
  on: v.boolean(),
});
/** Gives up a post that was refused with `retry`, so that later ones go on (L4). */
const withdraw = v.object({ type: v.literal("withdraw"), ref, room, id: uuid });
const history = v.object({
  type: v.literal("history"),
  ref,
  room,
  before: v.pipe(seq, v.minValue(1)),
  limit: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(LIMITS.pageMessages),
    ),
  ),
});
const typing = v.object({ type: v.literal("typing"), ref, room });
const read = v.object({ type: v.literal("read"), ref, room, seq });
const unread = v.object({ type: v.literal("unread"), ref, room, seq });
const count = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(LIMITS.reportCount),
);
/** What a page saw that should never happen, since its last report. */
const report = v.object({
  type: v.literal("report"),
  ref,
  room,
  gaps: count,
  doubles: count,
  reorders: count,
});
const ping = v.object({ type: v.literal("ping"), ref });

/** Schemas of all frames that a client sends, by their type. */
export const clientFrameSchemas = {
  join,
  leave,
  post,
  edit,
  delete: del,
  react,
  pin,
  withdraw,
  history,
  typing,
  read,
  unread,
  report,
  ping,
} as const;

/** The types of frames that a client sends. */
export type ClientFrameType = keyof typeof clientFrameSchemas;

/** A client's frame of the given type, after its check. */
export type ClientFrameOf<T extends ClientFrameType> = v.InferOutput<
  typeof clientFrameSchemas[T]
>;

/** All frames that a client sends. */
export type ClientFrame = { [T in ClientFrameType]: ClientFrameOf<T> }[
  ClientFrameType
];

/** How often what should never happen did happen in a room. */
export type DeliveryCounts = Pick<
  ClientFrameOf<"report">,
  "gaps" | "doubles" | "reorders"
>;

/** A frame that could not be understood: what to answer. */
export class FrameError extends Error {
  /** Which error to answer with. */
  readonly code: ErrorCode;
  /** The request's ref where one could be read. */
  readonly ref: Ref | undefined;
  /** Makes the error from its code, the cure and the ref. */
  constructor(code: ErrorCode, message: string, ref?: Ref) {
    super(message);
    this.code = code;
    this.ref = ref;
  }
}

/** Parses and checks one text frame from a client; throws {@link FrameError}. */
export function parseClientFrame(text: string): ClientFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FrameError("bad_json", "Expected a JSON object in a text frame");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FrameError("bad_json", "Expected a JSON object in a text frame");
  }
  const given = value as { type?: unknown; ref?: unknown };
  const parsedRef = v.safeParse(ref, given.ref);
  const givenRef = parsedRef.success ? parsedRef.output : undefined;
  if (
    typeof given.type !== "string" ||
    !Object.hasOwn(clientFrameSchemas, given.type)
  ) {
    const types = Object.keys(clientFrameSchemas).join(", ");
    throw new FrameError("unknown_type", `Expected type ${types}`, givenRef);
  }
  const schema = clientFrameSchemas[given.type as ClientFrameType];
  const result = v.safeParse(schema as v.GenericSchema<ClientFrame>, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue) ?? "frame";
  throw new FrameError("bad_frame", `${path}: ${issue.message}`, givenRef);
}
