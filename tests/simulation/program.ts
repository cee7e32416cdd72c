/**
 * A program that doesn't wait for answers: it posts on, over one connection or
 * two at once, and after a refusal or on a new connection sends all that is
 * not acknowledged, in order (L3, L4).
 */
import type { SocketLike } from "../../lib/client/chat_client.ts";
import type { Viewer } from "../../lib/client/delivery_checker.ts";
import { uuidv7 } from "../../lib/client/uuid.ts";
import type { ClientFrame, Person, ServerFrame } from "../../lib/protocol.ts";
import { Life, type VirtualTime } from "./virtual_time.ts";

type Post = ClientFrame & { type: "post" };

/** What a program has to do with others. */
export interface ProgramOptions {
  name: string;
  person: Person;
  /** One for each of its connections. */
  viewers: Viewer[];
  time: VirtualTime;
  /** The room's two names: either will do, in every frame. */
  room: string;
  slug: string;
  epoch: string;
  connect: (program: Program) => SocketLike;
}

/** Milliseconds of silence after which a connection counts as dead. */
const SILENCE = 15_000;

/** Posts to one room, many at a time, and follows it. */
export class Program {
  readonly life: Life;
  readonly person: Person;
  readonly unacknowledged: Post[] = [];
  readonly lines: readonly Line[];
  readonly #options: ProgramOptions;
  #posts = 0;

  constructor(options: ProgramOptions) {
    this.life = new Life(options.name);
    this.person = options.person;
    this.#options = options;
    this.lines = options.viewers.map((viewer) =>
      new Line(this, viewer, options)
    );
  }

  get isQuiet(): boolean {
    return this.unacknowledged.length === 0;
  }

  /** To be called as a task of its own life, as {@link post}. */
  start(): void {
    for (const line of this.lines) line.open();
  }

  post(count: number): void {
    const { name, room, slug, time, viewers } = this.#options;
    for (let i = 0; i < count; i++) {
      const post: Post = {
        ...{ type: "post", id: uuidv7(time.now()) },
        room: time.random.pick([room, slug]),
        body: `${name}-${++this.#posts}`,
      };
      this.unacknowledged.push(post);
      const { id, body } = post;
      viewers[0]!.wrote({ room, id, kind: "post", body });
      for (const line of this.lines) line.send(post);
    }
  }

  /** Leaves the room and reads all of it again, or only joins anew. */
  hop(): void {
    const { time } = this.#options;
    time.random.pick(this.lines).hop(time.random.chance(0.5));
  }

  forget(id: string): void {
    const at = this.unacknowledged.findIndex((post) => post.id === id);
    if (at >= 0) this.unacknowledged.splice(at, 1);
  }
}

/** One of a program's connections, made anew whenever it ends. */
class Line {
  cursor = { seq: 0, id: "" };
  #socket: SocketLike | null = null;
  #isHeard = false;
  #resending = false;
  #ref = 0;

  constructor(
    readonly program: Program,
    readonly viewer: Viewer,
    readonly options: ProgramOptions,
  ) {}

  open(): void {
    const { time, connect } = this.options;
    const socket = this.#socket = connect(this.program);
    this.viewer.connected();
    socket.onopen = () => {
      this.#join();
      this.#sendAll();
    };
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = () => this.#lost();
    this.#isHeard = true;
    time.after(SILENCE, () => this.#listen(socket));
  }

  send(frame: ClientFrame): void {
    if (this.#socket?.readyState !== 1) return;
    this.viewer.sent(frame);
    this.#socket.send(JSON.stringify(frame));
  }

  hop(leaves: boolean): void {
    if (leaves) this.send({ type: "leave", room: this.options.slug });
    this.cursor = { seq: 0, id: "" };
    this.#join();
  }

  #lost(): void {
    const { time } = this.options;
    this.#socket = null;
    time.after(time.random.latency(200), () => this.open());
  }

  /** A dead connection may never say so: it is asked now and then. */
  #listen(socket: SocketLike): void {
    if (this.#socket !== socket) return;
    if (!this.#isHeard) {
      socket.onmessage = socket.onclose = null;
      socket.close();
      return this.#lost();
    }
    this.#isHeard = false;
    this.send({ type: "ping" });
    this.options.time.after(SILENCE, () => this.#listen(socket));
  }

  #join(): void {
    const { room, epoch } = this.options;
    const { seq: after, id: afterId } = this.cursor;
    this.send({
      ...{ type: "join", room, ref: ++this.#ref, after, epoch },
      ...after === 0 ? {} : { afterId },
    });
  }

  #sendAll(): void {
    this.#resending = false;
    for (const post of this.program.unacknowledged) this.send(post);
  }

  #take(frame: ServerFrame): void {
    this.#isHeard = true;
    this.viewer.received(frame);
    if (frame.type === "posted") this.program.forget(frame.id);
    if (frame.type === "entries") {
      this.cursor = frame.entries.at(-1) ?? this.cursor;
    }
    if (frame.type === "messages") this.cursor = frame;
    if (frame.type !== "error" || !frame.retry) return;
    if (frame.id === undefined) return this.#later(() => this.#join());
    if (this.#resending) return;
    this.#resending = true;
    this.#later(() => this.#sendAll());
  }

  #later(run: () => void): void {
    const socket = this.#socket;
    this.options.time.after(300, () => {
      if (this.#socket === socket) run();
    });
  }
}
