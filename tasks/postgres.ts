/** A PostgreSQL server for tests: in a temporary folder, on a free port, gone afterwards. */
import { freePort } from "./free_port.ts";
import { findTool, POSTGRES } from "./tools.ts";

/** Names the server of a test run to the tests. */
export const TEST_SERVER = "ATOLL_TEST_POSTGRES_URL";

/** Fast, not safe: nothing has to survive. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "off",
  full_page_writes: "off",
  max_connections: "200",
  shared_buffers: "64MB",
  max_wal_size: "256MB",
};

/** Milliseconds in which a server has to start. */
const PATIENCE = 30_000;

/** A running server. */
export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  #child: Deno.ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
  }

  /** Makes an empty one and starts it; undefined where PostgreSQL isn't installed. */
  static async start(): Promise<PostgresServer | undefined> {
    if (findTool(POSTGRES) === undefined) return undefined;
    const folder = await Deno.makeTempDir();
    // It refuses to run as root, and makes its own folder in this one.
    await Deno.chmod(folder, 0o777);
    const init = command("initdb", [
      ...["-D", `${folder}/data`, "-U", "atoll", "--auth=trust"],
      ...["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"],
    ]);
    const { success, stderr } = await init.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const server = new PostgresServer(folder, freePort());
    await server.restart();
    return server;
  }

  /** Its address, without a database. */
  get url(): string {
    return `postgres://atoll@127.0.0.1:${this.port}`;
  }

  /** The server's own process. */
  get pid(): number {
    return this.#child!.pid;
  }

  /** Starts it (again). */
  async restart(): Promise<void> {
    const settings = Object.entries({ ...SETTINGS, port: this.port });
    this.#child = command("postgres", [
      ...["-D", `${this.#folder}/data`],
      ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ]).spawn();
    const giveUp = Date.now() + PATIENCE;
    while (!await listens(this.port)) {
      if (Date.now() > giveUp) throw new Error("PostgreSQL did not start");
    }
  }

  /** Ends it, and what it does, as a failover or a crash would. */
  async kill(signal: Deno.Signal = "SIGQUIT"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    try {
      child?.kill(signal);
    } catch (error) {
      // Ctrl-C reaches it, too.
      if (!(error instanceof TypeError)) throw error;
    }
    await child?.status;
  }

  /** Stops it and removes its folder. */
  async remove(): Promise<void> {
    await this.kill("SIGINT");
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function command(program: string, args: string[]): Deno.Command {
  // What is in PATH may be a link to it alone.
  const server = Deno.realPathSync(findTool(POSTGRES)!);
  const path = server.replace(/[^/]*$/, program);
  const options = { stdin: "null", stdout: "null", stderr: "piped" } as const;
  const quiet = program === "postgres"
    ? { ...options, stderr: "null" as const }
    : options;
  return notAsRoot(path, { ...quiet, args });
}

/** Runs a program that refuses to run as root; for root, as `postgres`. */
export function notAsRoot(
  path: string,
  { args, ...options }: Deno.CommandOptions & { args: string[] },
): Deno.Command {
  if (Deno.uid() !== 0) return new Deno.Command(path, { ...options, args });
  const user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
  return new Deno.Command("setpriv", {
    ...options,
    args: [...user, path, ...args],
    cwd: "/",
  });
}

/** Whether it takes connections: it answers a request to encrypt with one letter. */
async function listens(port: number): Promise<boolean> {
  try {
    using connection = await Deno.connect({ port, hostname: "127.0.0.1" });
    await connection.write(Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47));
    return await connection.read(new Uint8Array(1)) === 1 &&
      await isReady(port);
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return false;
  }
}

/** While it recovers it answers, but lets nobody in. */
async function isReady(port: number): Promise<boolean> {
  const { code } = await command("pg_isready", [
    ...["-h", "127.0.0.1", "-p", String(port)],
  ]).output();
  return code === 0;
}
