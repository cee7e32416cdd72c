/** `deno task restore`: see docs/deploy.md. */
import { builtWith } from "./build.ts";
import { choosePackages, packageFlags, ROOT } from "./packages.ts";
import { runDeno } from "./process.ts";

const packages = await choosePackages({ built: await builtWith() });
const flags = ["-A", "--quiet", ...packageFlags(packages)];
const args = ["run", ...flags, `${ROOT}tasks/backup_command.ts`, "restore"];
Deno.exit(await runDeno([...args, ...Deno.args]));
