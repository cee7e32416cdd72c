/** The built server as a process of its own, which can be killed and started again. */
import { build } from "../../tasks/build.ts";
import { freePort } from "../../tasks/free_port.ts";
import { choosePackages, ROOT } from "../../tasks/packages.ts";
import { serverFlags } from "../../tasks/start.ts";
import { until } from "./until.ts";

/** How a server process differs from an ordinary one. */
export interface ServerOptions {
  /** Further flags for `deno run`. */
  flags?: readonly string[];
  /** Given what it writes to its standard error, which is shown otherwise. */
  onComplaint?: (text: string) => void;
}

/** Once for all servers of a test file: it reads every source. */
let built: Promise<number> | undefined;

/** A server process on a port of its own, over a folder of its own. */
export class ServerProcess {
  readonly port: number;
  readonly data: string;
  readonly #env: Record<string, string>;
  readonly #options: ServerOptions;
  #child: Deno.ChildProcess | undefined;
  #output = "";
  #reading: Promise<unknown> | undefined;

  private constructor(
    port: number,
    data: string,
    env: Record<string, string>,
    options: ServerOptions,
  ) {
    this.port = port;
    this.data = data;
    this.#env = env;
    this.#options = options;
  }

  /** Builds if need be, starts a server with these settings and waits until it answers. */
  static async start(
    env: Record<string, string> = {},
    options: ServerOptions = {},
  ): Promise<ServerProcess> {
    built ??= build(await choosePackages());
    if (await built) throw new Error("The build failed");
    const data = await Deno.makeTempDir();
    const server = new ServerProcess(freePort(), data, env, options);
    await server.restart();
    return server;
  }

  /** Its address, without a slash at the end. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Whether the process runs, or is about to. */
  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** The process's id. */
  get pid(): number {
    if (!this.#child) throw new Error("The server is not running");
    return this.#child.pid;
  }

  /** Starts the process (again) and waits until it answers. */
  async restart(): Promise<void> {
    const { flags = [], onComplaint } = this.#options;
    const own = serverFlags(await choosePackages(), this.data);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...own, ...flags, "lib/serve.ts"],
      cwd: ROOT,
      env: {
        PORT: String(this.port),
        ATOLL_DATA: this.data,
        HOST: "127.0.0.1",
        ...this.#env,
      },
      stdout: "piped",
      stderr: onComplaint ? "piped" : "inherit",
    }).spawn();
    this.#reading = Promise.all([
      read(this.#child.stdout, (text) => this.#output += text),
      onComplaint && read(this.#child.stderr, onComplaint),
    ]);
    let hasEnded = false;
    void this.#child.status.then(() => hasEnded = true);
    const giveUp = Date.now() + 60_000;
    while (!await answers(this.port)) {
      if (hasEnded || Date.now() > giveUp) {
        throw new Error("The server did not start");
      }
    }
  }

  /** Waits until it has printed this since the first start; gives the newest match. */
  async printed(pattern: RegExp): Promise<string> {
    const all = new RegExp(pattern, "g");
    const find = () => this.#output.match(all)?.at(-1);
    await until(() => find() !== undefined, `a line like ${pattern}`);
    return find()!;
  }

  /** All that it printed since the first start. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when the process ends, whatever ended it. */
  get ended(): Promise<Deno.CommandStatus> {
    if (!this.#child) throw new Error("The server is not running");
    return this.#child.status;
  }

  /** Ends the process at once, as a loss of power would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Stops the process's time until it is thawed. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  /** Lets a frozen process go on. */
  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Stops the process cleanly, and gives its exit code. */
  async stop(): Promise<number> {
    return await this.#end("SIGTERM");
  }

  /** Stops the process and removes its data. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.data, { recursive: true });
  }

  async #end(signal: Deno.Signal): Promise<number> {
    const child = this.#child;
    if (!child) return 0;
    this.#child = undefined;
    try {
      child.kill(signal);
    } catch {
      // It ended by itself.
    }
    const { code } = await child.status;
    await this.#reading;
    return code;
  }
}

async function read(
  stream: ReadableStream<Uint8Array>,
  take: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    take(decoder.decode(bytes, { stream: true }));
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/session`);
    await response.body?.cancel();
    return true;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return false;
  }
}
