/** Reads bodies of requests, within bounds. */
import * as v from "valibot";
import { Refusal } from "./errors.ts";
import { LIMITS } from "./protocol.ts";

/**
 * A request's JSON body after its check by a valibot schema; refused with
 * `frame_too_big`, `bad_json` or `bad_frame`.
 */
export async function readJson<T>(
  request: Request,
  schema: v.GenericSchema<unknown, T>,
): Promise<T> {
  const text = await readText(request, LIMITS.frameBytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal("bad_json");
  }
  const result = v.safeParse(schema, value);
  if (!result.success) throw new Refusal("bad_frame");
  return result.output;
}

/**
 * A request's body as text; refused with `frame_too_big` once it has more
 * than `limit` bytes, whatever length it claims.
 */
export async function readText(
  request: Request,
  limit: number,
): Promise<string> {
  return new TextDecoder().decode(await readBytes(request, limit));
}

/** A request's body; refused with `frame_too_big` as in {@link readText}. */
export async function readBytes(
  request: Request,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) throw new Refusal("frame_too_big");
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}
