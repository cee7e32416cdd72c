/** Time and sockets for the client's tests: nothing sleeps, nothing listens. */
import {
  ChatClient,
  type ChatClientOptions,
  type Clock,
  type SocketLike,
} from "../../lib/client/chat_client.ts";
import type {
  ClientFrame,
  ClientFrameOf,
  ClientFrameType,
  Entry,
  MeFrame,
  Message,
  MessagesFrame,
  ServerFrame,
} from "../../lib/protocol.ts";

/** A clock that stands still until told. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get pending(): number {
    return this.#timers.length;
  }

  /** Moves on, running what falls due, in order; promises settle in between. */
  async tick(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      const next = this.#timers.filter(({ at }) => at <= until)
        .sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = until;
    await settled();
  }
}

/** Lets promises and microtasks finish. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** One end of a connection, with the server's end in the test's hands. */
export class FakeSocket implements SocketLike {
  readyState = 0;
  bufferedAmount = 0;
  onopen: ((event: Event) => unknown) | null = null;
  onmessage: ((event: MessageEvent) => unknown) | null = null;
  onerror: ((event: Event) => unknown) | null = null;
  onclose: ((event: CloseEvent) => unknown) | null = null;
  readonly sent: ClientFrame[] = [];
  closedByClient = false;
  /** What a server does with a frame, at once. */
  onFrame: (frame: ClientFrame) => void = () => {};

  constructor(readonly url: string, readonly protocols: string[]) {}

  send(text: string): void {
    if (this.readyState !== 1) throw new Error("Not open");
    const frame = JSON.parse(text) as ClientFrame;
    this.sent.push(frame);
    this.onFrame(frame);
  }

  close(): void {
    this.closedByClient = true;
    this.readyState = Math.max(this.readyState, 2);
  }

  accept(): void {
    this.readyState = 1;
    this.onopen?.(new Event("open"));
  }

  receive(frame: ServerFrame): void {
    this.receiveText(JSON.stringify(frame));
  }

  receiveText(data: unknown): void {
    this.onmessage?.(new MessageEvent("message", { data }));
  }

  fail(): void {
    this.readyState = 3;
    this.onerror?.(new Event("error"));
  }

  drop(code = 1006, reason = ""): void {
    this.readyState = 3;
    const event = Object.assign(new Event("close"), {
      code,
      reason,
      wasClean: code !== 1006,
    });
    this.onclose?.(event as unknown as CloseEvent);
  }

  of<T extends ClientFrameType>(type: T): ClientFrameOf<T>[] {
    return this.sent.filter((frame) => frame.type === type) as ClientFrameOf<
      T
    >[];
  }
}

/** A client on a fake clock, with all sockets it made. */
export class Stage {
  readonly clock = new FakeClock();
  readonly sockets: FakeSocket[] = [];
  readonly client: ChatClient;

  constructor(options: Partial<ChatClientOptions> = {}) {
    this.client = new ChatClient({
      url: "ws://test/api/ws",
      clock: this.clock,
      random: () => 0.5,
      createSocket: (url, protocols) => {
        const socket = new FakeSocket(url, protocols);
        this.sockets.push(socket);
        return socket;
      },
      ...options,
    });
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  /** Starts, and lets the handshake succeed. */
  async connect(): Promise<FakeSocket> {
    this.client.start();
    await settled();
    this.socket.accept();
    return this.socket;
  }

  /** Waits for the next attempt, and lets it succeed. */
  async reconnect(): Promise<FakeSocket> {
    const { retryAt } = this.client;
    if (retryAt !== null) await this.clock.tick(retryAt - this.clock.now());
    this.socket.accept();
    await settled();
    return this.socket;
  }
}

/** A posted entry; number `n` is the room's nth entry and message. */
export function posted(n: number, over: Partial<Entry> = {}): Entry {
  return {
    ...{ kind: "posted", seq: n, id: `id-${n}`, at: n, posts: n },
    ...{ author: "other", name: "Other", body: `body ${n}` },
    ...over,
  } as Entry;
}

/** An `entries` frame of room r1. */
export function entries(list: Entry[], ref?: number): ServerFrame {
  return {
    ...{ type: "entries", room: "r1", epoch: "e1", entries: list },
    ...(ref === undefined ? {} : { ref }),
  };
}

/** Messages `from` to `to` of room r1, as a reset unless `over` says otherwise. */
export function messages(
  from: number,
  to: number,
  over: Partial<MessagesFrame> = {},
): MessagesFrame {
  const list: Message[] = [];
  for (let seq = from; seq <= to; seq++) {
    const { kind: _, ...entry } = posted(seq);
    list.push({ ...entry, rev: seq } as unknown as Message);
  }
  return {
    ...{ type: "messages", room: "r1", epoch: "e1", seq: to, posts: to },
    id: to > 0 ? `id-${to}` : "",
    messages: list,
    more: from > 1,
    reset: true,
    ...over,
  };
}

/** A `me` frame of person p1 who follows room r1, called lobby. */
export function me(over: Partial<MeFrame> = {}, head = 0, read = 0): MeFrame {
  return {
    ...{ type: "me", version: 1, epoch: "e1" },
    person: { id: "p1", name: "Ada" },
    role: "guest",
    rooms: [{
      ...{ room: "r1", slug: "lobby", name: "Lobby", kind: "open", head },
      ...{ posts: head, lastRead: read, lastReadPosts: read },
    }],
    ...over,
  };
}
