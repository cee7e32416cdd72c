/** Makes pictures smaller. */

/** Pixels as red, green, blue and alpha, a byte each, row by row. */
export interface Pixels {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

/** A part of a picture, in pixels. */
export interface Crop {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How the columns, or rows, of a crop fall onto fewer ones. */
interface Spread {
  /** For each: the first one it falls onto. */
  target: Uint32Array;
  /** How much of it falls there; the rest falls onto the next. */
  share: Float32Array;
}

/**
 * The crop in the given size, which must not be larger: each new pixel is the
 * average of those it covers, weighted by how much it covers of them. One pass
 * over the source, which is the large part, and no copy of it.
 */
export function scaleDown(
  source: Pixels,
  crop: Crop,
  { width, height }: { width: number; height: number },
): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  const columns = spread(crop.width, width);
  const rows = spread(crop.height, height);
  const line = new Float32Array((width + 1) * 4);
  let sum = new Float32Array(line.length);
  let next = new Float32Array(line.length);
  const area = crop.width / width * (crop.height / height);
  for (let row = 0; row < crop.height; row++) {
    sumLine(source, crop, crop.y + row, columns, line);
    const share = rows.share[row]!;
    for (let i = 0; i < line.length; i++) {
      sum[i]! += line[i]! * share;
      next[i]! += line[i]! * (1 - share);
    }
    const target = rows.target[row]!;
    const isLast = row + 1 === crop.height || rows.target[row + 1]! > target;
    if (!isLast) continue;
    writeLine(sum, area, data.subarray(target * width * 4));
    [sum, next] = [next, sum];
    next.fill(0);
  }
  return { data, width, height };
}

function spread(from: number, to: number): Spread {
  const target = new Uint32Array(from);
  const share = new Float32Array(from);
  for (let i = 0; i < from; i++) {
    // Whole numbers as far as possible: rounding must not lose a pixel.
    target[i] = Math.floor(i * to / from);
    const end = (target[i]! + 1) * from / to;
    share[i] = Math.min(1, end - i);
  }
  return { target, share };
}

/** Adds up a line of the source; colours weigh as much as they are opaque. */
function sumLine(
  { data, width }: Pixels,
  crop: Crop,
  y: number,
  { target, share }: Spread,
  line: Float32Array,
): void {
  line.fill(0);
  let from = (y * width + crop.x) * 4;
  for (let column = 0; column < crop.width; column++, from += 4) {
    const to = target[column]! * 4;
    const alpha = data[from + 3]!;
    const here = share[column]! * alpha;
    const there = alpha - here;
    for (let i = 0; i < 3; i++) {
      const value = data[from + i]!;
      line[to + i]! += value * here;
      line[to + 4 + i]! += value * there;
    }
    line[to + 3]! += here;
    line[to + 7]! += there;
  }
}

function writeLine(
  sum: Float32Array,
  area: number,
  data: Uint8ClampedArray,
): void {
  // The last four only take what rounding puts behind the edge.
  for (let i = 0; i < sum.length - 4; i += 4) {
    const alpha = sum[i + 3]!;
    if (alpha === 0) continue;
    data[i] = sum[i]! / alpha;
    data[i + 1] = sum[i + 1]! / alpha;
    data[i + 2] = sum[i + 2]! / alpha;
    data[i + 3] = alpha / area;
  }
}
