/** `deno task chaos [--kills=N] [--people=N]`: proves delivery by breaking real processes. */
import { choosePackages, packageFlags, ROOT } from "./packages.ts";
import { runDeno } from "./process.ts";

const flags = packageFlags(await choosePackages());
const args = ["run", "-A", ...flags, "tests/chaos/main.ts", ...Deno.args];
Deno.exit(await runDeno(args, { cwd: ROOT }));
