/** Programs some tests need besides Deno, and where to get them. */

/** A program, and the setting that names another one. */
export interface Tool {
  /** What people call it. */
  name: string;
  /** The variable that holds its path. */
  setting: string;
  /** Where it may be: names in `PATH`, or paths. */
  candidates: string[];
  /** How to get it. */
  help: string;
}

/** Its server, beside which its other programs are. */
export const POSTGRES: Tool = {
  name: "PostgreSQL",
  setting: "ATOLL_POSTGRES",
  candidates: [
    "postgres",
    ...[18, 17, 16, 15, 14, 13].flatMap((version) => [
      `/usr/lib/postgresql/${version}/bin/postgres`,
      `/opt/homebrew/opt/postgresql@${version}/bin/postgres`,
    ]),
  ],
  help:
    "apt-get install postgresql, or set ATOLL_POSTGRES to a `postgres` of version 13 or newer",
};

/** The programs, each for its own tests. */
export const TOOLS: readonly Tool[] = [
  {
    name: "Chromium",
    setting: "ATOLL_CHROMIUM",
    // The one without windows starts and draws in half the time.
    candidates: [
      "chromium-headless-shell",
      "chromium",
      "chromium-browser",
      "google-chrome",
      "google-chrome-stable",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
    help:
      "apt-get install chromium-headless-shell, or set ATOLL_CHROMIUM to a Chrome",
  },
  POSTGRES,
  {
    name: "nats-server",
    setting: "ATOLL_NATS_SERVER",
    // Debian keeps it where only root looks.
    candidates: ["nats-server", "/usr/sbin/nats-server"],
    help: "apt-get install nats-server, or set ATOLL_NATS_SERVER to one",
  },
  {
    name: "PgBouncer",
    setting: "ATOLL_PGBOUNCER",
    candidates: ["pgbouncer", "/usr/sbin/pgbouncer"],
    help: "apt-get install pgbouncer, or set ATOLL_PGBOUNCER to one",
  },
  {
    name: "Deno Deploy's Deno",
    setting: "ATOLL_DEPLOY_DENO",
    candidates: ["deno-2.5.6"],
    help:
      "npm install deno@2.5.6 elsewhere, and set ATOLL_DEPLOY_DENO to node_modules/@deno/…/deno there, not to the launcher",
  },
];

/** The path of the program, or undefined where it isn't installed. */
export function findTool({ setting, candidates }: Tool): string | undefined {
  const named = Deno.env.get(setting);
  if (named) return named;
  const folders = Deno.env.get("PATH")?.split(":") ?? [];
  return candidates
    .flatMap((name) =>
      name.startsWith("/")
        ? [name]
        : folders.map((folder) => `${folder}/${name}`)
    )
    .find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
