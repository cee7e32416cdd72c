/** `deno task build`: builds the pages unless nothing changed since. */
import {
  choosePackages,
  packageFlags,
  type Packages,
  ROOT,
} from "./packages.ts";
import { runDeno } from "./process.ts";

/** What the build is made of. */
const SOURCES = [
  "components",
  "deno.json",
  "dev.ts",
  "islands",
  "lib",
  "locales",
  "main.ts",
  "offline",
  "routes",
  "static",
];
const OUT_DIR = `${ROOT}_fresh`;
/** What a build was made from: one mark is gone with the pages, one with the packages. */
const MARKS = [`${OUT_DIR}/built_from`, `${ROOT}node_modules/.built_from`];

/**
 * What the pages were built with; undefined where something changed since, or
 * the packages are gone that come with a build.
 */
export async function builtWith(): Promise<Packages | undefined> {
  const [mark = "", other] = await Promise.all(
    MARKS.map((path) => Deno.readTextFile(path).catch(() => "")),
  );
  const [packages, fingerprint] = mark.split(" ");
  if (mark !== other) return undefined;
  if (fingerprint !== await fingerprintOfSources()) return undefined;
  return packages as Packages;
}

/** Builds if the last build is out of date, and returns the exit code. */
export async function build(packages: Packages): Promise<number> {
  if (await builtWith() === packages) return 0;
  const fingerprint = await fingerprintOfSources();
  await Deno.remove(OUT_DIR, { recursive: true }).catch(ignoreNotFound);
  console.log("Getting packages and building the pages…");
  // All permissions: the bundler is a native program. Quiet, or a first start
  // would bury its address under a line for each download.
  const flags = ["-A", "--quiet", ...packageFlags(packages)];
  const args = ["run", ...flags, "dev.ts", "build"];
  const code = await runDeno(args, { cwd: ROOT });
  for (const mark of code === 0 ? MARKS : []) {
    await Deno.writeTextFile(mark, `${packages} ${fingerprint}`);
  }
  return code;
}

/** Changes with every source and the version of Deno. */
async function fingerprintOfSources(): Promise<string> {
  const lines = [Deno.version.deno];
  for (const source of SOURCES) {
    for await (const path of filesBelow(ROOT + source)) {
      lines.push(`${path} ${await hash(await Deno.readFile(path))}`);
    }
  }
  return await hash(new TextEncoder().encode(lines.sort().join("\n")));
}

async function* filesBelow(path: string): AsyncGenerator<string> {
  const info = await Deno.stat(path).catch(ignoreNotFound);
  if (info?.isFile) yield path;
  if (!info?.isDirectory) return;
  for await (const { name } of Deno.readDir(path)) {
    yield* filesBelow(`${path}/${name}`);
  }
}

async function hash(content: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex();
}

function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) Deno.exit(await build(await choosePackages()));
