/** `deno task simulate [--seeds=N] [--seed=S]`: proves delivery on a virtual clock. */
import { choosePackages, packageFlags, ROOT } from "./packages.ts";
import { runDeno } from "./process.ts";

const flags = packageFlags(await choosePackages());
const args = ["run", "-A", ...flags, "tests/simulation/main.ts", ...Deno.args];
Deno.exit(await runDeno(args, { cwd: ROOT }));
