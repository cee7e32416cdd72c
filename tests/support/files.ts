/** Files to upload, and where they end up. */
import { existsSync } from "node:fs";
import { assertEquals } from "@std/assert";
import type { FileInfo } from "../../lib/protocol.ts";
import type { RunningApp } from "./app.ts";

/** A picture of one pixel. */
export const PNG: Uint8Array<ArrayBuffer> = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(text);

/** Uploads a file as a page does, which must succeed. */
export async function upload(
  app: RunningApp,
  cookie: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<FileInfo> {
  const response = await app.request(
    `/api/uploads?name=${encodeURIComponent(name)}`,
    {
      method: "POST",
      headers: { cookie, "sec-fetch-site": "same-origin" },
      body: bytes,
    },
  );
  const answer = await response.json();
  assertEquals(response.status, 201, JSON.stringify(answer));
  return answer.file;
}

/** Paths of all files that the app stores, those that are incoming too. */
export function filesBelow(app: RunningApp): string[] {
  const found: string[] = [];
  const visit = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      if (isDirectory) visit(`${folder}/${name}`);
      else found.push(`${folder}/${name}`);
    }
  };
  const files = `${app.atoll.config.data}/files`;
  if (existsSync(files)) visit(files);
  return found;
}

const CRCS = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ n >>> 1 : n >>> 1;
  return n;
});

/** A PNG of one colour: few bytes, however many pixels it has. */
export async function plainPng(
  width: number,
  height: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const line = new Uint8Array(1 + width);
  const lines = new ReadableStream({
    start(controller) {
      for (let y = 0; y < height; y++) controller.enqueue(line);
      controller.close();
    },
  });
  const packed = await new Response(
    lines.pipeThrough(new CompressionStream("deflate")),
  ).bytes();
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8; // bits, in shades of grey
  return await new Blob([
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("IDAT", packed),
    chunk("IEND", new Uint8Array()),
  ]).bytes();
}

function chunk(
  type: string,
  data: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(data.length + 12);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  whole.set(bytesOf(type), 4);
  whole.set(data, 8);
  let crc = -1;
  for (const byte of whole.subarray(4, -4)) {
    crc = CRCS[(crc ^ byte) & 255]! ^ crc >>> 8;
  }
  view.setInt32(data.length + 8, ~crc);
  return whole;
}
