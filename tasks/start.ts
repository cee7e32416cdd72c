/** `deno task start`: builds what changed and runs the server in its sandbox. */
import { resolve } from "node:path";
import { SETTINGS } from "../lib/config.ts";
import { build, builtWith } from "./build.ts";
import {
  choosePackages,
  packageFlags,
  type Packages,
  ROOT,
} from "./packages.ts";
import { runDeno } from "./process.ts";
import { TOOLS } from "./tools.ts";

/** What the server and its packages may read from the environment. */
const VARIABLES = [
  "PORT",
  "HOST",
  "ATOLL_*",
  "DATABASE_URL",
  "PG*",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_REGION",
  "NODE_ENV",
  // Fresh looks for the build's name here.
  "DENO_DEPLOYMENT_ID",
  "GITHUB_SHA",
  "CI_COMMIT_SHA",
];

/** The flags that let the server do what it must, and nothing else. */
export function serverFlags(packages: Packages, data: string): string[] {
  return [
    ...packageFlags(packages),
    // The build filled it. Else Deno looks after it for each part of the app,
    // which is half of a start with Fresh from JSR.
    "--node-modules-dir=manual",
    "--no-prompt",
    "--allow-net",
    `--allow-read=${ROOT},${data}`,
    `--allow-write=${data}`,
    `--allow-env=${VARIABLES.join(",")}`,
    // Packages that look for other variables find them unset.
    "--ignore-env",
    "--allow-sys=networkInterfaces",
  ];
}

/** Read by the launcher and by tests, not by the server. */
const OTHERS = ["ATOLL_PACKAGES", ...TOOLS.map(({ setting }) => setting)];

/** Variables that look like settings and are none: a mistyped one changes nothing. */
export function unknownSettings(names: readonly string[]): string[] {
  const known = new Set([...SETTINGS.map(({ name }) => name), ...OTHERS]);
  return names.filter((name) => name.startsWith("ATOLL_") && !known.has(name));
}

/** The first with all flags that the sandbox needs. */
const LEAST_VERSION = [2, 9] as const;

function isNewEnough(): boolean {
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  return major > LEAST_VERSION[0] ||
    major === LEAST_VERSION[0] && minor >= LEAST_VERSION[1];
}

/** Runs the server until it ends and returns its exit code. */
async function start(): Promise<number> {
  if (!isNewEnough()) {
    console.error(
      `Atoll starts with Deno ${LEAST_VERSION.join(".")} or newer: this is ` +
        `${Deno.version.deno}. Run "deno upgrade", or "npx -y deno@2.9.6 task start"`,
    );
    return 1;
  }
  for (const name of unknownSettings(Object.keys(Deno.env.toObject()))) {
    console.warn(`${name} is no setting and changes nothing: see README.md`);
  }
  const built = await builtWith();
  const packages = await choosePackages({ built });
  const failed = packages === built ? 0 : await build(packages);
  if (failed) return failed;
  const data = resolve(ROOT, Deno.env.get("ATOLL_DATA")?.trim() || "data");
  const flags = ["--quiet", ...serverFlags(packages, data)];
  const args = ["run", ...flags, "lib/serve.ts"];
  return await runDeno(args, { cwd: ROOT });
}

if (import.meta.main) Deno.exit(await start());
