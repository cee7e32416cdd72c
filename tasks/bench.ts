/** `deno task bench [row…] [--seconds=N]`: what Atoll and its peers can do, in one table. */
import { choosePackages, packageFlags, ROOT } from "./packages.ts";
import { runDeno } from "./process.ts";

const flags = packageFlags(await choosePackages());
const args = ["run", "-A", ...flags, "bench/main.ts", ...Deno.args];
Deno.exit(await runDeno(args, { cwd: ROOT }));
