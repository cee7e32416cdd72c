/** Small pictures of large ones: upright, without metadata, within bounds. */
import { assert, assertEquals } from "@std/assert";
import decodeWebp, { init } from "@jsquash/webp/decode.js";
import { GifWriter } from "omggif";
import { kindOf, PICTURE_LIMITS } from "../lib/files/file_kind.ts";
import { scaleDown } from "../lib/files/picture_scale.ts";
import { reencodeSquare, shrinkPicture } from "../lib/files/pictures.ts";
import { plainPng } from "./support/files.ts";

/** 60 × 40, red and blue side by side; the camera was held upright. */
const UPRIGHT = await Deno.readFile(
  new URL("fixtures/upright.jpg", import.meta.url),
);

async function decode(webp: Uint8Array<ArrayBuffer>) {
  const wasm = import.meta.resolve("@jsquash/webp/codec/dec/webp_dec.wasm");
  await init(await WebAssembly.compile(await Deno.readFile(new URL(wasm))));
  const { data, width, height } = await decodeWebp(webp.slice().buffer);
  const at = (x: number, y: number) => {
    const [red = 0, , blue = 0] = data.slice((y * width + x) * 4);
    return red > 150 && blue < 100 ? "red" : blue > 150 ? "blue" : "other";
  };
  return { width, height, at };
}

Deno.test("A picture's size is as it is shown", async () => {
  assertEquals(await kindOf(UPRIGHT), {
    type: "image/jpeg",
    width: 40,
    height: 60,
  });
});

Deno.test("A small picture is upright and carries no metadata", async () => {
  const text = new TextDecoder("latin1").decode(UPRIGHT);
  assert(text.includes("SECRETPLACE"));
  const small = await shrinkPicture(UPRIGHT, 30);
  const picture = await decode(small!);
  assertEquals([picture.width, picture.height], [20, 30]);
  assertEquals(picture.at(10, 4), "red");
  assertEquals(picture.at(10, 26), "blue");
  const said = new TextDecoder("latin1").decode(small!);
  assert(!/SECRETPLACE|EXIF|XMP/.test(said));
});

Deno.test("A square is cut out of the middle, and never larger than it was", async () => {
  const picture = await decode((await reencodeSquare(UPRIGHT, 256))!);
  assertEquals([picture.width, picture.height], [40, 40]);
  assertEquals(picture.at(20, 4), "red");
  assertEquals(picture.at(20, 36), "blue");
});

Deno.test("A picture with too many pixels is a file like any other, and never decoded", async () => {
  const side = PICTURE_LIMITS.side + 1;
  const wide = await plainPng(side, 1);
  const bomb = await plainPng(8_000, 7_000);
  assert(bomb.length < 500_000);
  for (const bytes of [wide, bomb]) {
    assertEquals(await kindOf(bytes), { type: "image/png" });
    assertEquals(await shrinkPicture(bytes, 640), null);
  }
  const most = await plainPng(7_000, 7_000);
  const small = await decode((await shrinkPicture(most, 640))!);
  assertEquals([small.width, small.height], [640, 640]);
});

Deno.test("What is no picture, or half of one, gives none", async () => {
  const text = new TextEncoder().encode("no picture");
  const half = (await plainPng(300, 300)).slice(0, 60);
  const liar = UPRIGHT.slice();
  liar.fill(0xff, liar.length - 300);
  assertEquals(await shrinkPicture(text, 640), null);
  assertEquals(await shrinkPicture(half, 640), null);
  // Whatever a broken one gives, the thread answers, and the next one works.
  await shrinkPicture(liar, 640);
  assert(await shrinkPicture(UPRIGHT, 30));
});

Deno.test("A picture that takes too long is given up, and the next one made", async () => {
  const large = await plainPng(7_000, 7_000);
  assertEquals(await shrinkPicture(large, 640, 1), null);
  assert(await shrinkPicture(UPRIGHT, 30));
});

Deno.test("Each pixel is the average of those it covers, weighted by opacity", () => {
  const data = new Uint8ClampedArray([
    ...[200, 0, 0, 255, 100, 0, 0, 255, 0, 0, 0, 255],
    ...[200, 0, 0, 255, 0, 90, 0, 0, 0, 0, 0, 255],
  ]);
  const source = { data, width: 3, height: 2 };
  const whole = { x: 0, y: 0, width: 3, height: 2 };
  const same = scaleDown(source, whole, { width: 3, height: 2 });
  assertEquals([...same.data.slice(0, 16)], [...data.slice(0, 16)]);
  const left = { x: 0, y: 0, width: 2, height: 2 };
  const one = scaleDown(source, left, { width: 1, height: 1 });
  assertEquals([...one.data], [167, 0, 0, 191]);
  const two = scaleDown(source, whole, { width: 2, height: 1 });
  assertEquals(two.data[0], 180);
});

/** A moving picture of two frames: red and blue side by side, then all blue. */
function moving(width: number, height: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(width * height * 2 + 2_000);
  const palette = [0xdc0000, 0x0000dc];
  const writer = new GifWriter(bytes, width, height, { palette, loop: 0 });
  const first = Uint8Array.from(
    { length: width * height },
    (_, i) => i % width < width / 2 ? 0 : 1,
  );
  writer.addFrame(0, 0, width, height, first, { delay: 10 });
  writer.addFrame(0, 0, width, height, first.fill(1), { delay: 10 });
  return bytes.slice(0, writer.end());
}

Deno.test("Of what moves, the small picture is the first frame", async () => {
  const gif = moving(60, 40);
  assertEquals((await kindOf(gif)).type, "image/gif");
  const picture = await decode((await shrinkPicture(gif, 30))!);
  assertEquals([picture.width, picture.height], [30, 20]);
  assertEquals(picture.at(4, 10), "red");
  assertEquals(picture.at(26, 10), "blue");
});

Deno.test("A moving picture whose frame is larger than itself is not decoded", async () => {
  const gif = moving(60, 40);
  const view = new DataView(gif.buffer);
  // Behind the header: the size of the whole, which is checked on its way in.
  view.setUint16(6, 2, true);
  view.setUint16(8, 2, true);
  assertEquals((await kindOf(gif)).width, 2);
  assertEquals(await shrinkPicture(gif, 30), null);
  // Cut off in the middle it is what there is of it, or nothing.
  await shrinkPicture(moving(60, 40).slice(0, 100), 30);
  assert(await shrinkPicture(moving(60, 40), 30));
});

Deno.test("AVIF has small pictures, too, unless it is to be turned", async () => {
  const avif = await Deno.readFile(
    new URL("fixtures/two.avif", import.meta.url),
  );
  assertEquals(await kindOf(avif), {
    ...{ type: "image/avif", width: 60, height: 40 },
  });
  const picture = await decode((await shrinkPicture(avif, 30))!);
  assertEquals([picture.width, picture.height], [30, 20]);
  assertEquals(picture.at(4, 10), "red");
  assertEquals(picture.at(26, 10), "blue");
  assertEquals(await shrinkPicture(avif.slice(0, 300), 30), null);
  const turned = avif.slice();
  const text = new TextDecoder("latin1").decode(turned);
  // A box that is not needed becomes one that turns.
  turned.set(new TextEncoder().encode("irot"), text.indexOf("pixi"));
  assertEquals(await shrinkPicture(turned, 30), null);
});
