/** PgBouncer before the tests' PostgreSQL, on a port of its own. */
import type { PostgresSettings } from "../../lib/db/postgres_settings.ts";
import { freePort } from "../../tasks/free_port.ts";
import { notAsRoot } from "../../tasks/postgres.ts";
import { findTool, TOOLS } from "../../tasks/tools.ts";
import { execute } from "./postgres_store.ts";

/** The path of PgBouncer, or undefined where it isn't installed. */
export const PGBOUNCER: string | undefined = findTool(
  TOOLS.find(({ name }) => name === "PgBouncer")!,
);

/** Milliseconds in which it must be up. */
const PATIENCE = 60_000;

/** Gives one connection to whoever has a transaction. */
export class Pooler implements AsyncDisposable {
  /** How to reach the database through it. */
  readonly settings: PostgresSettings;
  readonly #folder: string;
  #child: Deno.ChildProcess | undefined;

  private constructor(folder: string, settings: PostgresSettings) {
    this.#folder = folder;
    this.settings = settings;
  }

  /** Starts one before a database. */
  static async start(target: PostgresSettings): Promise<Pooler> {
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o755);
    const settings = { ...target, port: freePort(), ssl: "disable" as const };
    await Deno.writeTextFile(`${folder}/users`, `"${target.user}" ""\n`);
    await Deno.writeTextFile(
      `${folder}/ini`,
      `[databases]
* = host=${target.host} port=${target.port}
[pgbouncer]
listen_addr = ${settings.host}
listen_port = ${settings.port}
unix_socket_dir =
auth_type = trust
auth_file = ${folder}/users
pool_mode = transaction
default_pool_size = 1
`,
    );
    const pooler = new Pooler(folder, settings);
    await pooler.restart();
    return pooler;
  }

  /** Starts it (again). */
  async restart(): Promise<void> {
    await this.#kill();
    this.#child = notAsRoot(PGBOUNCER!, {
      args: [`${this.#folder}/ini`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const giveUp = Date.now() + PATIENCE;
    while (!await this.#answers()) {
      if (Date.now() > giveUp) throw new Error("PgBouncer did not start");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kill();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill("SIGKILL");
    await child?.status;
  }

  #answers(): Promise<boolean> {
    return execute(this.settings, "select 1").then(() => true, () => false);
  }
}
