/** Other servers, which store nothing and only send on what they get. */
import { join } from "node:path";
import { ROOT } from "../tasks/packages.ts";
import { type Handshake, markedText } from "./raw_socket.ts";
import type { Target } from "./target.ts";

/** Where their packages are installed: beside the project's own. */
const FOLDER = join(ROOT, "node_modules", ".bench");
const SOURCES = join(ROOT, "bench", "peers");
const decoder = new TextDecoder();

interface Peer {
  /** As the table names it. */
  name: string;
  command: string[];
  path: string;
  join?: string;
  joined: string;
  post: (index: number, length: number) => string;
  reply?: (text: string) => string | undefined;
}

const plain = { path: "/", joined: "joined", post: markedText };

/** All peers by their short names. */
export const PEERS = {
  deno: {
    ...plain,
    name: "bare Deno",
    command: [
      Deno.execPath(),
      "run",
      "--no-config",
      "--allow-net",
      join(SOURCES, "deno.ts"),
    ],
  },
  bun: {
    ...plain,
    name: "Bun's publish",
    command: [join(FOLDER, "node_modules", ".bin", "bun"), "bun.mjs"],
  },
  ws: { ...plain, name: "Node's ws", command: ["node", "ws.mjs"] },
  socketIo: {
    name: "Socket.IO",
    command: ["node", "socket_io.mjs"],
    path: "/socket.io/?EIO=4&transport=websocket",
    join: "40",
    joined: "40{",
    post: (index: number, length: number) =>
      `42${JSON.stringify(["post", markedText(index, length)])}`,
    // Its pings are messages.
    reply: (text: string) => text === "2" ? "3" : undefined,
  },
} satisfies Record<string, Peer>;

/** A peer's short name. */
export type PeerName = keyof typeof PEERS;

/** A peer as a process of its own. */
export class PeerTarget implements Target {
  readonly pid: number;
  readonly port: number;
  readonly #peer: Peer;
  readonly #child: Deno.ChildProcess;

  private constructor(
    peer: Peer,
    child: Deno.ChildProcess,
    [pid, port]: [number, number],
  ) {
    this.#peer = peer;
    this.#child = child;
    this.pid = pid;
    this.port = port;
  }

  /** Installs the peers if need be, and starts one. Rejects where it can't run. */
  static async start(name: PeerName): Promise<PeerTarget> {
    if (name !== "deno") await (installed ??= install());
    const peer = PEERS[name];
    const [program, ...args] = peer.command;
    const child = new Deno.Command(program!, {
      args,
      cwd: name === "deno" ? ROOT : FOLDER,
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    return new PeerTarget(peer, child, await firstLine(child.stdout));
  }

  get join(): string | undefined {
    return this.#peer.join;
  }

  handshake(): Handshake {
    return { port: this.port, path: this.#peer.path };
  }

  isJoined(head: Uint8Array): boolean {
    return decoder.decode(head).startsWith(this.#peer.joined);
  }

  post(index: number, length: number): string {
    return this.#peer.post(index, length);
  }

  reply(head: Uint8Array): string | undefined {
    if (!this.#peer.reply || head.length > 1) return undefined;
    return this.#peer.reply(decoder.decode(head));
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

let installed: Promise<void> | undefined;

async function install(): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  for await (const { name } of Deno.readDir(SOURCES)) {
    await Deno.copyFile(join(SOURCES, name), join(FOLDER, name));
  }
  const { success } = await new Deno.Command("npm", {
    args: ["install", "--no-audit", "--no-fund", "--silent"],
    cwd: FOLDER,
    stdout: "null",
  }).output();
  if (!success) throw new Error("The peers can't be installed from npm");
}

/** Each peer prints the process's id and the port. */
async function firstLine(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<[number, number]> {
  let text = "";
  for await (const part of stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    const [, pid, port] = /^(\d+) (\d+)\n/.exec(text) ?? [];
    if (port) return [Number(pid), Number(port)];
  }
  throw new Error("A peer ended before it listened");
}
