/** A copy of the product that has mistakes, one after the other. */
import type { Mutant } from "./mutants.ts";

const ROOT = new URL("../../", import.meta.url);
const COPIED = ["lib/", "locales/", "offline/", "tasks/", "tests/"];

/**
 * What the tests of `lib` run, in a folder of its own. One serves for many
 * mistakes: Deno translates each of its files once only. Disposing removes it.
 */
export class FlawedCopy implements AsyncDisposable {
  /** Without a slash at the end. */
  readonly folder: string;
  /** What was right in the files that have a mistake, by path. */
  readonly #right = new Map<string, string>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Copies the product as it is. */
  static async make(): Promise<FlawedCopy> {
    const folder = await Deno.makeTempDir({ prefix: "atoll_mutant_" });
    for (const part of COPIED) await copy(part, folder);
    await Deno.copyFile(new URL("deno.json", ROOT), `${folder}/deno.json`);
    return new FlawedCopy(folder);
  }

  /**
   * Mends the mistake before, and makes this one. Throws when the text to replace
   * has changed: then the mutant has to follow.
   */
  async take({ name, edits }: Mutant): Promise<void> {
    for (const [path, text] of this.#right) {
      await Deno.writeTextFile(path, text);
    }
    this.#right.clear();
    for (const { file, from, to } of edits) {
      const path = `${this.folder}/${file}`;
      const text = await Deno.readTextFile(path);
      const count = text.split(from).length - 1;
      if (count !== 1) {
        throw new Error(
          `Cannot make the mistake "${name}" as ${file} has ${count} times: ${from}`,
        );
      }
      if (!this.#right.has(path)) this.#right.set(path, text);
      await Deno.writeTextFile(path, text.replace(from, () => to));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function copy(part: string, folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/${part}`, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(new URL(part, ROOT))) {
    const path = `${part}${name}`;
    if (isDirectory) await copy(`${path}/`, folder);
    else await Deno.copyFile(new URL(path, ROOT), `${folder}/${path}`);
  }
}
