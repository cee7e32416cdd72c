/** HTTP requests as bytes, and what is answered. */
import { Peer } from "./peer.ts";
import { join } from "./strange.ts";

/** A request as it is written to the wire. */
export interface WireRequest {
  method: string;
  target: string;
  headers: readonly (readonly [string, string])[];
  body?: Uint8Array | string;
}

/** What was answered. */
export interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** The request's bytes; header values are written as they are. */
export function requestBytes(
  { method, target, headers, body = "" }: WireRequest,
): Uint8Array<ArrayBuffer> {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return join(
    `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`,
    body,
  );
}

/** The answer in these bytes, or null when they are none. */
export function answerIn(bytes: Uint8Array): HttpAnswer | null {
  const text = new TextDecoder().decode(bytes);
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  if (status === undefined) return null;
  const end = text.indexOf("\r\n\r\n");
  const headers = new Headers();
  for (const line of text.slice(0, end).split("\r\n").slice(1)) {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name) headers.append(name, value!.replace(/[^\x20-\x7e]/g, "?"));
  }
  return { status: Number(status), headers, text: text.slice(end + 4) };
}

/** An ordinary request by somebody, which must be answered. */
export async function ask(
  port: number,
  method: string,
  target: string,
  options: {
    token?: string;
    json?: unknown;
    form?: Record<string, string>;
    address?: string;
  } = {},
): Promise<HttpAnswer> {
  const { token, json, form, address } = options;
  const body = form ? String(new URLSearchParams(form)) : JSON.stringify(json);
  const type = form ? "application/x-www-form-urlencoded" : "application/json";
  const headers: [string, string][] = [
    ["host", `localhost:${port}`],
    ["origin", `http://localhost:${port}`],
    ["connection", "close"],
    ["content-type", type],
    ["content-length", String(join(body ?? "").length)],
  ];
  if (address) headers.push(["x-forwarded-for", address]);
  if (token) headers.push(["cookie", `atoll_session=${token}`]);
  const peer = await Peer.connect(port);
  await peer.write(requestBytes({ method, target, headers, body: body ?? "" }));
  const answer = answerIn(await peer.all() ?? new Uint8Array());
  await peer.close();
  if (!answer) throw new Error(`${method} ${target} was not answered`);
  return answer;
}

/** The JSON in an answer, whole or in chunks. */
// deno-lint-ignore no-explicit-any -- whatever the API says
export function jsonOf({ text }: HttpAnswer): any {
  return JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
}
