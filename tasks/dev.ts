/** `deno task dev`: serves the app while it is edited, and reloads its pages. */
import { choosePackages, packageFlags, ROOT } from "./packages.ts";
import { runDeno } from "./process.ts";

const WATCHED = ["components", "islands", "lib", "locales", "routes", "static"];

const flags = packageFlags(await choosePackages());
const watch = `--watch=${WATCHED.join(",")}`;
Deno.exit(
  await runDeno(["run", "-A", watch, ...flags, "dev.ts"], { cwd: ROOT }),
);
