/** HTTP requests for every route: good ones, and ones that are wrong somewhere. */
import type { Random } from "../simulation/random.ts";
import { type Example, EXAMPLES } from "./examples.ts";
import type { WireRequest } from "./http.ts";
import {
  join,
  mutatedBytes,
  mutatedJson,
  mutatedValue,
  strangeText,
} from "./strange.ts";
import type { Persona, World } from "./world.ts";

/** A request, and whether any server must answer it. */
export interface FuzzRequest extends WireRequest {
  /** False where its bytes are no whole HTTP request. */
  isWhole: boolean;
}

const QUERIES = [
  ...["q", "before", "at", "skip", "preview", "next", "name", "until", "v"],
  ...["person", "saved", "done"],
];

const MULTIPART = "multipart/form-data; boundary=----fuzz";

/** A request to a route by somebody, or by a stranger. */
export function fuzzRequest(
  route: string,
  persona: Persona | null,
  random: Random,
  world: World,
): FuzzRequest {
  const [known, pattern] = route.split(" ") as [string, string];
  const { type, bytes } = bodyOf(EXAMPLES[route]?.(random, world), random);
  const method = random.chance(0.05)
    ? random.pick(["OPTIONS", "TRACE", "PUT", "DELETE", "HEAD", "PURGE", "get"])
    : known;
  const framing = random.chance(0.94) ? "whole" : random.pick(FRAMINGS);
  return {
    method,
    target: targetOf(pattern, random, world) + queryOf(random, world),
    headers: [
      ["host", `localhost:${world.port}`],
      ["connection", "close"],
      ...who(persona, random, world),
      ...oddHeaders(random),
      ["content-type", type],
      ...framing.startsWith("chunked")
        ? [["transfer-encoding", "chunked"] as const]
        : [["content-length", lengthOf(framing, bytes.length)] as const],
    ],
    body: framing.startsWith("chunked") ? chunked(framing, bytes) : bytes,
    isWhole: framing === "whole" || framing === "chunked",
  };
}

const FRAMINGS = ["chunked", "chunked-broken", "long", "short", "wrong"];

function lengthOf(framing: string, length: number): string {
  if (framing === "long") return String(length + 100);
  if (framing === "short") return String(Math.max(0, length - 3));
  return framing === "wrong" ? "-1" : String(length);
}

function chunked(framing: string, bytes: Uint8Array): Uint8Array {
  if (framing === "chunked-broken") return join("ffffffffffffffff\r\n", bytes);
  const size = bytes.length.toString(16);
  const last = "0\r\n\r\n";
  return bytes.length === 0
    ? join(last)
    : join(`${size}\r\n`, bytes, "\r\n", last);
}

function who(
  persona: Persona | null,
  random: Random,
  { port }: World,
): [string, string][] {
  const address = `10.${random.int(0, 255)}.${random.int(0, 255)}.7`;
  const headers: [string, string][] = [["x-forwarded-for", address]];
  const origin = random.chance(0.9)
    ? `http://localhost:${port}`
    : random.pick(["null", "http://evil.example", "x", "http://[", ""]);
  if (random.chance(0.9)) headers.push(["origin", origin]);
  if (persona === null) return headers;
  const token = random.chance(0.97) ? persona.token : headerText(random);
  headers.push(
    random.chance(0.6)
      ? ["cookie", `atoll_session=${token}`]
      : ["authorization", `Bearer ${token}`],
  );
  return headers;
}

/** Headers that a server looks at, with values that it does not expect. */
function oddHeaders(random: Random): [string, string][] {
  if (random.chance(0.6)) return [];
  const name = random.pick([
    ...["accept-language", "accept-encoding", "range", "if-none-match"],
    ...["if-range", "cookie", "x-forwarded-host", "x-forwarded-proto"],
    ...["x-forwarded-for", "user-agent", "sec-fetch-site", "referer"],
    ...["content-encoding", "expect", "upgrade", "authorization"],
    ...["sec-websocket-protocol", "atoll-zone", "x-time-zone", "if-match"],
  ]);
  const value = random.pick([
    headerText(random),
    ...["*", "bytes=-1", "bytes=5-2", "bytes=99999999999-", "gzip", "br;q=x"],
    ...[
      "zh-CN-x-a,en;q=9",
      "100-continue",
      "websocket",
      "https",
      "[::1",
      "a=b",
    ],
    "Basic AAAA",
    "atoll_zone=Nowhere/Land; atoll_locale=xx; atoll_theme=; a",
  ]);
  return [[name, value]];
}

/** A strange text without what would end the header. */
function headerText(random: Random): string {
  return strangeText(random).replace(/\p{Cc}/gu, "").slice(0, 4_000);
}

function targetOf(pattern: string, random: Random, world: World): string {
  if (pattern.startsWith("/files/") && random.chance(0.7)) {
    return `/files/lobby/${random.pick(world.files)}`;
  }
  return pattern.replace(/\[(\w+)\]/g, (_, name) => {
    if (random.chance(0.02)) {
      return random.pick(["%", "%E0%A4%A", "%ff", "%00"]);
    }
    if (random.chance(0.1)) return encoded(strangeText(random).slice(0, 500));
    return encoded(parameter(name, random, world));
  });
}

function parameter(name: string, random: Random, world: World): string {
  switch (name) {
    case "room":
      return random.pick(world.rooms);
    case "person":
      return random.pick(world.people).id;
    case "message":
      return random.pick(world.messages);
    case "upload":
      return random.pick(world.uploads);
    case "invitation":
      return random.pick(world.invitations);
    default:
      return random.pick(world.messages);
  }
}

function queryOf(random: Random, world: World): string {
  if (random.chance(0.5)) return "";
  const value = random.pick([
    ...["hello", "1", "-1", "", "in:#lobby hello", "from:me"],
    random.pick(world.messages),
    encoded(strangeText(random).slice(0, 2_000)),
    "%E0%A4%A",
  ]);
  return `?${random.pick(QUERIES)}=${value.replaceAll(" ", "+")}`;
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function bodyOf(
  example: Example | undefined,
  random: Random,
): { type: string; bytes: Uint8Array } {
  const { type, bytes } = example
    ? encodedBody(example, random)
    : { type: "text/plain", bytes: join() };
  const odd = random.chance(0.1) ? mutatedBytes(bytes, random) : bytes;
  if (random.chance(0.9)) return { type, bytes: odd };
  const other = random.pick([
    ...[
      "",
      "text/plain",
      "application/json; charset=utf-16",
      "multipart/mixed",
    ],
    ...["application/x-www-form-urlencoded", MULTIPART, "multipart/form-data"],
    headerText(random),
  ]);
  return { type: other, bytes: odd };
}

function encodedBody(
  example: Example,
  random: Random,
): { type: string; bytes: Uint8Array<ArrayBuffer> } {
  if ("json" in example) {
    const type = "application/json";
    return { type, bytes: join(jsonText(example.json, random)) };
  }
  if ("form" in example) {
    const type = "application/x-www-form-urlencoded";
    return { type, bytes: join(formText(example.form, random)) };
  }
  if ("bytes" in example) return { type: "image/png", bytes: example.bytes };
  const { name, bytes } = example.file;
  const head =
    `------fuzz\r\ncontent-disposition: form-data; name="${name}"; ` +
    `filename="a.png"\r\ncontent-type: image/png\r\n\r\n`;
  return { type: MULTIPART, bytes: join(head, bytes, "\r\n------fuzz--\r\n") };
}

function jsonText(value: unknown, random: Random): string {
  if (random.chance(0.4)) return JSON.stringify(value);
  if (random.chance(0.7)) return JSON.stringify(mutatedValue(value, random));
  return mutatedJson(JSON.stringify(value), random);
}

function formText(fields: Record<string, string>, random: Random): string {
  const form = new URLSearchParams(fields);
  const name = random.pick(Object.keys(fields));
  random.pick([
    () => {},
    () => {},
    () => form.delete(name),
    () => form.set(name, strangeText(random)),
    () => form.append(name, strangeText(random)),
    () => form.set("__proto__", "x"),
    () => form.set(name, "x".repeat(300_000)),
  ])();
  const text = String(form);
  return random.chance(0.1) ? `${text}&%E0%A4%A&=&%00=%` : text;
}
