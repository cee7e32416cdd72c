/** Files below a folder. */

/** Their paths from there, in no particular order. */
export async function* walk(root: URL, below = ""): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(below, root))) {
    const path = below + entry.name;
    if (entry.isDirectory) yield* walk(root, `${path}/`);
    else yield path;
  }
}
