/** Bytes for the port that are hardly HTTP: half handshakes, floods, other protocols. */
import type { Random } from "../simulation/random.ts";
import { join, mutatedBytes, randomBytes } from "./strange.ts";
import type { World } from "./world.ts";

/** Something that a port on the internet is sent. */
export function rawBytes(
  random: Random,
  { port, people }: World,
): Uint8Array<ArrayBuffer> {
  const host = `host: localhost:${port}\r\n`;
  const upgrade = "connection: Upgrade\r\nupgrade: websocket\r\n";
  const version = "sec-websocket-version: 13\r\n";
  const key = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const token = `authorization: Bearer ${random.pick(people).token}\r\n`;
  const whole = `GET /api/ws HTTP/1.1\r\n${host}${upgrade}${version}${key}`;
  const flood = (name: string, count: number, size: number) =>
    Array.from(
      { length: count },
      (_, i) => `${name}${i}: ${"x".repeat(size)}\r\n`,
    )
      .join("");
  return join(
    random.pick<() => string | Uint8Array>([
      // Handshakes that lack something, or never end.
      () => whole + token,
      () => whole.slice(0, random.int(0, whole.length)),
      () => `${whole}\r\n`,
      () => `GET /api/ws HTTP/1.1\r\n${host}${upgrade}${version}${token}\r\n`,
      () => `GET /api/ws HTTP/1.1\r\n${host}${upgrade}${key}${token}\r\n`,
      () => `${whole}${token}sec-websocket-version: 99\r\n\r\n`,
      () => `GET /api/ws HTTP/1.0\r\n${host}${upgrade}${key}${token}\r\n`,
      () => `POST /api/ws HTTP/1.1\r\n${host}${upgrade}${key}${token}\r\n`,
      () => `${whole}${token}sec-websocket-protocol: ,,, ,\r\n\r\n`,
      () =>
        `${whole}${token}sec-websocket-extensions: permessage-deflate; x\r\n\r\n`,
      () => mutatedBytes(join(`${whole}${token}\r\n`), random),
      // Floods.
      () => `GET / HTTP/1.1\r\n${host}${flood("x-", 1_000, 10)}\r\n`,
      () => `GET / HTTP/1.1\r\n${host}${flood("x-", 90, 10_000)}\r\n`,
      () => `GET / HTTP/1.1\r\n${host}cookie: ${"a=b; ".repeat(9_000)}\r\n\r\n`,
      () => `GET /${"a".repeat(70_000)} HTTP/1.1\r\n${host}\r\n`,
      () => `GET /?${"a=b&".repeat(9_000)} HTTP/1.1\r\n${host}\r\n`,
      () => `GET / HTTP/1.1\r\n${host}\r\n`.repeat(30),
      // Ambiguous lengths and lines.
      () =>
        `POST / HTTP/1.1\r\n${host}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      () =>
        `POST / HTTP/1.1\r\n${host}content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef`,
      () =>
        `POST / HTTP/1.1\r\n${host}content-length: 99999999999999999999\r\n\r\na`,
      () =>
        `POST / HTTP/1.1\r\n${host}transfer-encoding: gzip, chunked\r\n\r\n`,
      () =>
        `POST / HTTP/1.1\r\n${host}transfer-encoding: chunked\r\n\r\nzz\r\n`,
      () => `GET / HTTP/1.1\r\n x: folded\r\n${host}\r\n`,
      () => `GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n`,
      () => `GET / HTTP/1.1\r\nhost: \0\r\n\r\n`,
      () => `GET / HTTP/1.1\r\nhost: [::1\r\n\r\n`,
      () => `GET / HTTP/1.1\r\n\r\n`,
      () => `GET / HTTP/1.1\n${host}\n`,
      // Other targets, versions and protocols.
      () => `GET http://evil.example/ HTTP/1.1\r\n${host}\r\n`,
      () => `GET //evil.example/..;/ HTTP/1.1\r\n${host}\r\n`,
      () => `OPTIONS * HTTP/1.1\r\n${host}\r\n`,
      () => `CONNECT evil.example:80 HTTP/1.1\r\n${host}\r\n`,
      () => `GET /\\..\\ HTTP/1.1\r\n${host}\r\n`,
      () => `GET / HTTP/9.9\r\n${host}\r\n`,
      () => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0`,
      () => new Uint8Array([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
      () => randomBytes(random, 3_000),
      () => "",
    ])(),
  );
}
