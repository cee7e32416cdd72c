/** The built server as Deno Deploy runs it: its version of Deno, and nothing to write to. */
import { packageFlags, ROOT } from "../../tasks/packages.ts";
import { choosePackages } from "../../tasks/packages.ts";
import { findTool, TOOLS } from "../../tasks/tools.ts";
import { freePort } from "../../tasks/free_port.ts";

/** The path of that Deno, or undefined where it isn't installed. */
export const DEPLOY_DENO: string | undefined = findTool(
  TOOLS.find(({ setting }) => setting === "ATOLL_DEPLOY_DENO")!,
);

/** Milliseconds in which it must be up, on however slow a machine. */
const PATIENCE = 60_000;

/**
 * Runs a program where no file can be written, whoever it is: in a namespace
 * of its own, so that nobody else notices.
 */
const SEALED = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" &&
    mount -o remount,bind,ro / && exec "$@"`,
  ROOT,
];

/** Whether this machine lets us do that: it takes root. */
export const CAN_SEAL: boolean = await succeeds([...SEALED, "true"]) &&
  !await succeeds([...SEALED, "test", "-w", ROOT]);

async function succeeds([command, ...args]: string[]): Promise<boolean> {
  const process = new Deno.Command(command!, { args, stderr: "null" });
  return await process.output().then(({ success }) => success, () => false);
}

/** What keeps a server from writing. */
export type Bars =
  /** It has no permission to. */
  | "permissions"
  /** It has every permission; nothing can be written. */
  | "file system";

/** What Deno is allowed: in either case nothing unstable. */
const ALLOWED: Record<Bars, string[]> = {
  permissions: [
    ...["--allow-net", `--allow-read=${ROOT}`, "--allow-env", "--allow-sys"],
  ],
  "file system": ["--allow-all"],
};

/** A running server. */
export class DeployServer {
  readonly url: string;
  readonly #child: Deno.ChildProcess;

  private constructor(port: number, child: Deno.ChildProcess) {
    this.url = `http://localhost:${port}`;
    this.#child = child;
  }

  /** Starts it over the database of the address, and waits until it answers. */
  static async start(
    database: string,
    bars: Bars = "permissions",
  ): Promise<DeployServer> {
    const port = freePort();
    const flags = packageFlags(await choosePackages());
    const [command, ...args] = [
      ...bars === "file system" ? SEALED : [],
      ...[DEPLOY_DENO!, "run", "--no-prompt", "--cached-only", ...flags],
      ...ALLOWED[bars],
      "lib/serve.ts",
    ];
    const child = new Deno.Command(command!, {
      args,
      cwd: ROOT,
      clearEnv: true,
      env: {
        ...kept(["PATH", "HOME", "DENO_DIR"]),
        PORT: String(port),
        DATABASE_URL: database,
        DENO_DEPLOY: "true",
      },
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    const server = new DeployServer(port, child);
    const giveUp = Date.now() + PATIENCE;
    while (!await server.#answers()) {
      if (Date.now() < giveUp) continue;
      await server.stop("SIGKILL");
      throw new Error("The server did not start");
    }
    return server;
  }

  /** Stops it, and gives its exit code. */
  async stop(signal: Deno.Signal = "SIGINT"): Promise<number> {
    this.#child.kill(signal);
    return (await this.#child.status).code;
  }

  async #answers(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/healthz`);
      await response.body?.cancel();
      return response.ok;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return false;
    }
  }
}

function kept(names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
