/** Programs that are killed while they write. */
import { assert } from "@std/assert";
import { choosePackages, packageFlags, ROOT } from "../../tasks/packages.ts";

/** Runs a program of this folder until it has written so many lines, kills it and gives the lines. */
export async function runAndKill(
  program: string,
  args: string[],
  lines: number,
): Promise<string[]> {
  const flags = packageFlags(await choosePackages());
  const path = `tests/support/${program}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...flags, path, ...args],
    cwd: ROOT,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  let killed = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (killed || output.split("\n").length <= lines) continue;
    child.kill("SIGKILL");
    killed = true;
  }
  await child.status;
  assert(killed, "the program ended by itself");
  // What follows the last line break is half a line.
  return output.split("\n").slice(0, -1);
}
