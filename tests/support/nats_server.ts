/** A real nats-server on a port of its own, which can be killed and started again. */
import { findTool, TOOLS } from "../../tasks/tools.ts";
import { freePort } from "../../tasks/free_port.ts";

/** The path of nats-server, or undefined where it isn't installed. */
export const NATS_SERVER: string | undefined = findTool(
  TOOLS.find(({ name }) => name === "nats-server")!,
);

/** A running nats-server. */
export class NatsServer {
  readonly port = freePort();
  #child: Deno.ChildProcess | undefined;

  private constructor() {}

  /** Starts one and waits until it takes connections. */
  static async start(): Promise<NatsServer> {
    const server = new NatsServer();
    await server.restart();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it (again), on the same port. */
  async restart(): Promise<void> {
    this.#child = new Deno.Command(NATS_SERVER!, {
      args: ["-a", "127.0.0.1", "-p", String(this.port)],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const giveUp = Date.now() + 60_000;
    while (!await accepts(this.port)) {
      if (Date.now() > giveUp) throw new Error("nats-server did not start");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill("SIGKILL");
    await child?.status;
  }

  /** Stops its time until it is thawed: connections stay open. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  /** Lets it go on. */
  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

async function accepts(port: number): Promise<boolean> {
  try {
    const connection = await Deno.connect({ port, hostname: "127.0.0.1" });
    connection.close();
    return true;
  } catch {
    return false;
  }
}
