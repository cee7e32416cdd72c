/** Reads what the server sends, trusting its values but not its shape. */
import type { ServerFrame } from "../protocol.ts";

/** Lists that a frame must have, and texts, by type; types not named here are ignored. */
const SHAPES: Record<string, { lists: string[]; texts: string[] }> = {
  entries: { lists: ["entries"], texts: ["room", "epoch"] },
  messages: { lists: ["messages"], texts: ["room", "epoch", "id"] },
  posted: { lists: [], texts: ["room", "id"] },
  me: { lists: ["rooms"], texts: ["epoch"] },
  presence: { lists: [], texts: ["room"] },
  typing: { lists: ["people"], texts: ["room"] },
  floor: { lists: [], texts: ["room"] },
  error: { lists: [], texts: ["code", "message"] },
  pong: { lists: [], texts: [] },
};

/** The frame, null when its type is unknown, or throws when it can't be read. */
export function parseServerFrame(data: unknown): ServerFrame | null {
  if (typeof data !== "string") throw new Error("Expected a text frame");
  const frame: unknown = JSON.parse(data);
  if (typeof frame !== "object" || frame === null) {
    throw new Error("Expected a JSON object");
  }
  const fields = frame as Record<string, unknown>;
  const type = String(fields.type);
  const shape = Object.hasOwn(SHAPES, type) ? SHAPES[type] : undefined;
  if (!shape) return null;
  const wrong = shape.lists.find((name) => !Array.isArray(fields[name])) ??
    shape.texts.find((name) => typeof fields[name] !== "string");
  if (wrong) throw new Error(`Expected ${wrong} in a ${type} frame`);
  return frame as ServerFrame;
}
