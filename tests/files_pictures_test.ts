/** Small pictures of large ones: upright, without metadata, within bounds. */
import { assert, assertEquals } from "@std/assert";
import decodeWebp, { init } from "@jsquash/webp/decode.js";
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
