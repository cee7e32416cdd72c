/**
 * Where Fresh and the standard library come from: JSR, or the stand-ins in
 * `offline/` on machines that can't reach it.
 */

/** Where the three packages of JSR come from. */
export type Packages = "jsr" | "offline";

/** Forces a choice, and tells child processes what was chosen. */
const SETTING = "ATOLL_PACKAGES";
const CACHE_TIMEOUT = 900;
const NETWORK_TIMEOUT = 2000;

/** The folder of the project. */
export const ROOT: string = decodeURIComponent(
  new URL("..", import.meta.url).pathname,
);

/** The flags of `deno` that select the packages. */
export function packageFlags(packages: Packages): string[] {
  if (packages === "jsr") return [];
  const map = `--import-map=${ROOT}offline/import_map.json`;
  return [map, `--lock=${ROOT}offline/deno.lock`];
}

/** What must be downloaded already for the app to be built and served. */
const APP = ["main.ts", "dev.ts"];
/** The same for its tests. */
export const TESTS = [...APP, "tests/packages_test.ts"];

/** What is known before looking. */
interface Known {
  /** What must be there. */
  modules?: string[];
  /** What the pages are built with: it is kept, whatever the network does now. */
  built?: Packages | undefined;
}

/**
 * Finds out which packages can run, within three seconds also where the network
 * answers nothing, says so in one line and remembers it for child processes.
 */
export async function choosePackages(
  { modules = APP, built }: Known = {},
): Promise<Packages> {
  const forced = Deno.env.get(SETTING);
  if (forced === "jsr" || forced === "offline") return forced;
  if (forced) {
    throw new Error(
      `${SETTING} must be "jsr" or "offline": current value is "${forced}"`,
    );
  }
  const [packages, why] = built ? kept(built) : await find(modules);
  console.log(why);
  Deno.env.set(SETTING, packages);
  return packages;
}

function kept(packages: Packages): [Packages, string] {
  const which = packages === "jsr" ? "Fresh and std from JSR" : "offline/";
  return [packages, `Packages: ${which}, as the pages were built.`];
}

async function find(modules: string[]): Promise<[Packages, string]> {
  if (await areCached(modules)) {
    return ["jsr", "Packages: Fresh and std from JSR (already downloaded)."];
  }
  if (await isReachable()) return ["jsr", "Packages: Fresh and std from JSR."];
  return ["offline", "Packages: JSR can't be reached, so offline/ stands in."];
}

/** Looks without touching `node_modules` or the network. */
async function areCached(modules: string[]): Promise<boolean> {
  const flags = ["--cached-only", "--no-lock", "--node-modules-dir=none"];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["install", ...flags, "--entrypoint", ...modules],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(CACHE_TIMEOUT),
  });
  return (await command.output()).success;
}

async function isReachable(): Promise<boolean> {
  const registry = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
  try {
    const response = await fetch(new URL("/@fresh/core/meta.json", registry), {
      signal: AbortSignal.timeout(NETWORK_TIMEOUT),
    });
    // A login page of the network isn't the registry.
    return response.ok && "versions" in await response.json();
  } catch {
    return false;
  }
}
