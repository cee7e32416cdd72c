/** `deno task restore`: see docs/deploy.md. */
import { choosePackages, packageFlags, ROOT } from "./packages.ts";
import { runDeno } from "./process.ts";

const flags = ["-A", "--quiet", ...packageFlags(await choosePackages())];
const args = ["run", ...flags, `${ROOT}tasks/backup_command.ts`, "restore"];
Deno.exit(await runDeno([...args, ...Deno.args]));
