/** Values that programs tend not to expect, and good ones made a little wrong. */
import type { Random } from "../simulation/random.ts";

const TEXTS = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud800",
  "x\udfffy",
  "\u202e\u2066abc",
  "\ufeff",
  "\u200b\u200d",
  "e\u0301".repeat(300),
  "👩‍👩‍👧‍👦".repeat(40),
  "ﷺ".repeat(50),
  "İıſK",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "undefined",
  "NaN",
  "-1",
  "1e999",
  "../../etc/passwd",
  "..%2f..%2f",
  "%00",
  "%",
  "%E0%A4%A",
  "' or 1=1 --",
  '"; drop table entries; --',
  "%_\\",
  "<script>alert(1)</script>",
  "${7*7}{{7*7}}",
  "\r\nset-cookie: a=b",
  "a\tb\nc\u2028d\u2029e",
  "*".repeat(2_000),
  "[".repeat(2_000),
  "`".repeat(999),
  "> ".repeat(500) + "a",
  "@everyone @here @",
  "https://" + "a".repeat(2_000),
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "FFFFFFFF-FFFF-7FFF-BFFF-FFFFFFFFFFFF",
  "before:2020-13-99 in:#x from:@y has:file",
  'from:"',
  "9".repeat(400),
  "data:text/html,x",
  "lobby",
];

const NUMBERS = [
  0,
  -0,
  -1,
  1,
  0.5,
  1e21,
  -1e21,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 53 - 1,
  -(2 ** 53),
  2 ** 63,
  Number.MIN_VALUE,
  Number.MAX_VALUE,
];

/** A text that was chosen to be trouble, or a long or random one. */
export function strangeText(random: Random): string {
  if (random.chance(0.7)) return random.pick(TEXTS);
  if (random.chance(0.2)) return "x".repeat(random.int(0, 100_000));
  const length = random.int(0, 60);
  const most = random.pick([0x7f, 0xff, 0x2fff, 0xffff]);
  return Array.from(
    { length },
    () => String.fromCharCode(random.int(0, most)),
  ).join("");
}

/** Any JSON value. */
export function strangeValue(random: Random): unknown {
  return random.pick<() => unknown>([
    () => strangeText(random),
    () => strangeText(random),
    () => random.pick(NUMBERS),
    () => random.pick([null, true, false]),
    () => Array.from({ length: random.int(0, 4) }, () => strangeValue(random)),
    () => ({ [strangeText(random)]: strangeText(random) }),
    () => Array(random.int(1, 3_000)).fill(strangeText(random).slice(0, 9)),
  ])();
}

/** The value with something in it missing, added, or replaced. */
export function mutatedValue(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random.chance(0.05)) {
    return strangeValue(random);
  }
  if (Array.isArray(value)) return mutatedArray(value, random);
  // Without a prototype `__proto__` is a key like any other.
  const copy: Record<string, unknown> = Object.assign(
    Object.create(null),
    value,
  );
  const key = random.pick([...Object.keys(copy), "extra"]);
  random.pick([
    () => delete copy[key],
    () => copy[strangeText(random)] = strangeValue(random),
    () => copy[key] = strangeValue(random),
    () => copy[key] = mutatedValue(copy[key], random),
    () => copy[key] = String(copy[key]),
    () => copy[key] = [copy[key]],
    () => copy[key] = { [key]: copy[key] },
  ])();
  return copy;
}

function mutatedArray(value: readonly unknown[], random: Random): unknown[] {
  const at = random.int(0, value.length);
  return random.pick([
    () => value.toSpliced(at, 1),
    () => value.toSpliced(at, 0, strangeValue(random)),
    () => value.toSpliced(at, 1, mutatedValue(value[at], random)),
    () => Array(random.int(1, 300)).fill(value[0]),
  ])();
}

/** JSON that is cut, nested, doubled, escaped or not JSON any more. */
export function mutatedJson(text: string, random: Random): string {
  const at = random.int(0, text.length);
  const put = (more: string) => text.slice(0, at) + more + text.slice(at);
  const first = (more: string) => text.replace("{", () => `{${more},`);
  return random.pick<() => string>([
    () => text.slice(0, at),
    () => put(random.pick(["\0", "\ufeff", "\\ud800", "\\u0000", '"', "{"])),
    () => first('"__proto__":{"type":"ping","isAdmin":true}'),
    () => first('"constructor":{"prototype":{"x":1}}'),
    () => first('"type":"ping"') + "",
    () => first(`"deep":${"[".repeat(20_000)}${"]".repeat(20_000)}`),
    () => first(`"big":${"9".repeat(1_000)}`),
    () => first('"e":1e999,"n":-0'),
    () => text + text,
    () => ` \n${text}\n//`,
    () => text.replaceAll('"', "'"),
    () => text.replace(/:/, ":+"),
    () => put(strangeText(random)),
    () => JSON.stringify(text),
    () => `[${text}]`,
    () => "",
  ])();
}

/** The bytes with some changed, missing, doubled or added. */
export function mutatedBytes(
  bytes: Uint8Array<ArrayBuffer>,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  const at = random.int(0, copy.length);
  for (let i = random.int(1, 8); i > 0 && copy.length > 0; i--) {
    copy[random.int(0, copy.length - 1)] = random.int(0, 255);
  }
  return random.pick([
    () => copy,
    () => copy.slice(0, at),
    () => join(copy.slice(0, at), randomBytes(random, 40), copy.slice(at)),
    () => join(copy, copy),
    () => randomBytes(random, 400),
  ])();
}

/** Up to so many bytes of any kind. */
export function randomBytes(
  random: Random,
  most: number,
): Uint8Array<ArrayBuffer> {
  return random.fill(new Uint8Array(random.int(0, most)));
}

/** All of them, one behind the other; texts as UTF-8. */
export function join(
  ...parts: (string | Uint8Array)[]
): Uint8Array<ArrayBuffer> {
  const all = parts.map((part) =>
    typeof part === "string" ? new TextEncoder().encode(part) : part
  );
  const whole = new Uint8Array(
    all.reduce((sum, { length }) => sum + length, 0),
  );
  let end = 0;
  for (const part of all) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}
