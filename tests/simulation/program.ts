/**
 * A program that doesn't wait for answers: it posts on, and after a refusal
 * or a new connection sends all that is not acknowledged, in order (L4).
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
  viewer: Viewer;
  time: VirtualTime;
  /** The room's two names: either will do, in every frame. */
  room: string;
  slug: string;
  epoch: string;
  connect: (program: Program) => SocketLike;
}

/** Posts to one room, many at a time, and follows it. */
export class Program {
  readonly life: Life;
  readonly person: Person;
  readonly viewer: Viewer;
  cursor = { seq: 0, id: "" };
  readonly #options: ProgramOptions;
  readonly #unacknowledged: Post[] = [];
  #socket: SocketLike | null = null;
  #resending = false;
  #ref = 0;
  #posts = 0;

  constructor(options: ProgramOptions) {
    this.life = new Life(options.name);
    this.person = options.person;
    this.viewer = options.viewer;
    this.#options = options;
  }

  get isQuiet(): boolean {
    return this.#unacknowledged.length === 0;
  }

  /** To be called as a task of its own life, as {@link post}. */
  start(): void {
    const socket = this.#socket = this.#options.connect(this);
    this.viewer.connected();
    socket.onopen = () => {
      this.#join();
      this.#sendAll();
    };
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      const { time } = this.#options;
      time.after(time.random.latency(200), () => this.start());
    };
    this.#giveUpLater(socket);
  }

  post(count: number): void {
    const { name, room, slug, time } = this.#options;
    for (let i = 0; i < count; i++) {
      const post: Post = {
        ...{ type: "post", id: uuidv7(time.now()) },
        room: time.random.pick([room, slug]),
        body: `${name}-${++this.#posts}`,
      };
      this.#unacknowledged.push(post);
      const { id, body } = post;
      this.viewer.wrote({ room, id, kind: "post", body });
      this.#send(post);
    }
  }

  /** A socket may stay silent for ever: a program asks now and then. */
  #giveUpLater(socket: SocketLike): void {
    let answered = true;
    const listener = socket.onmessage!;
    socket.onmessage = (event) => {
      answered = true;
      listener.call(socket, event);
    };
    const ask = () => {
      if (this.#socket !== socket) return;
      if (!answered) {
        const { onclose } = socket;
        socket.onmessage = socket.onclose = null;
        socket.close();
        onclose?.call(socket, {} as CloseEvent);
        return;
      }
      answered = false;
      this.#send({ type: "ping" });
      this.#options.time.after(15_000, ask);
    };
    this.#options.time.after(15_000, ask);
  }

  #send(frame: ClientFrame): void {
    if (this.#socket?.readyState !== 1) return;
    this.viewer.sent(frame);
    this.#socket.send(JSON.stringify(frame));
  }

  #join(): void {
    const { room, epoch } = this.#options;
    const { seq: after, id: afterId } = this.cursor;
    this.#send({
      ...{ type: "join", room, ref: ++this.#ref, after, epoch },
      ...after === 0 ? {} : { afterId },
    });
  }

  #sendAll(): void {
    this.#resending = false;
    for (const post of this.#unacknowledged) this.#send(post);
  }

  #take(frame: ServerFrame): void {
    this.viewer.received(frame);
    if (frame.type === "posted") this.#forget(frame.id);
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
    this.#options.time.after(300, () => {
      if (this.#socket === socket) run();
    });
  }

  #forget(id: string): void {
    const at = this.#unacknowledged.findIndex((post) => post.id === id);
    if (at >= 0) this.#unacknowledged.splice(at, 1);
  }
}
