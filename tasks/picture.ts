/** `deno task picture`: takes the README's picture anew; needs Chromium. */
import { choosePackages, packageFlags, ROOT } from "./packages.ts";
import { runDeno } from "./process.ts";

const flags = packageFlags(await choosePackages());
Deno.exit(
  await runDeno(["run", "-A", ...flags, "tests/picture.ts"], { cwd: ROOT }),
);
