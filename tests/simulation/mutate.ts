/** Makes copies of the product with a mistake in them. */
import type { Mutant } from "./mutants.ts";

const ROOT = new URL("../../", import.meta.url);
const COPIED = ["lib/", "locales/", "offline/", "tasks/", "tests/"];

/** A copy of the product; disposing removes it. */
export interface Copy extends AsyncDisposable {
  /** Without a slash at the end. */
  folder: string;
}

/**
 * Copies what the tests of `lib` run to a folder of its own and makes the mistake
 * there. Throws when the text to replace has changed: then the mutant has to
 * follow.
 */
export async function withMistake({ name, edits }: Mutant): Promise<Copy> {
  const folder = await Deno.makeTempDir({ prefix: "atoll_mutant_" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    for (const part of COPIED) await copy(part, folder);
    for (const { file, from, to } of edits) {
      const path = `${folder}/${file}`;
      const text = await Deno.readTextFile(path);
      const count = text.split(from).length - 1;
      if (count !== 1) {
        throw new Error(
          `Cannot make the mistake "${name}" as ${file} has ${count} times: ${from}`,
        );
      }
      await Deno.writeTextFile(path, text.replace(from, () => to));
    }
    return { folder, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
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
