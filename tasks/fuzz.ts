/** `deno task fuzz [--inputs=N] [--seed=S]`: strange input for a real server. */
import { choosePackages, packageFlags, ROOT } from "./packages.ts";
import { runDeno } from "./process.ts";

const flags = packageFlags(await choosePackages());
const args = ["run", "-A", ...flags, "tests/fuzz/main.ts", ...Deno.args];
Deno.exit(await runDeno(args, { cwd: ROOT }));
