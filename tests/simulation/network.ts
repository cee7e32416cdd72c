/** Sockets between programs and machines, and all that can befall them. */
import type { SocketLike } from "../../lib/client/chat_client.ts";
import type { Connection } from "../../lib/connection.ts";
import type { Person } from "../../lib/protocol.ts";
import type { Socket } from "../../lib/socket.ts";
import type { Machine } from "./machine.ts";
import type { Life, VirtualTime } from "./virtual_time.ts";

/** How good a network is. */
export interface Weather {
  /** Typical milliseconds on the way. */
  latency: number;
  /** As how many bytes each one counts while it waits: a thin line. */
  weight: number;
}

type Item = { text: string } | { open: true } | {
  close: { code: number; reason: string };
};

/** One direction: what goes in comes out in order, or never. */
class Pipe {
  /** UTF-16 units that wait while the other end doesn't read. */
  waiting = 0;
  #isDead = false;
  #stalledUntil = 0;
  #lastAt = 0;

  constructor(
    readonly time: VirtualTime,
    readonly weather: Weather,
    readonly life: Life,
    readonly deliver: (item: Item) => void,
  ) {}

  send(item: Item): void {
    const { time, weather } = this;
    const size = "text" in item ? item.text.length : 0;
    const now = time.elapsed;
    // What comes after something that waits, waits too.
    const start = Math.max(now, this.#stalledUntil);
    const at = start + time.random.latency(weather.latency);
    this.#lastAt = Math.max(this.#lastAt, at);
    const waits = this.#isDead || this.#stalledUntil > now;
    if (waits) this.waiting += size;
    time.after(this.#lastAt - now, () => {
      if (this.#isDead) return;
      if (waits) this.waiting -= size;
      this.deliver(item);
    }, this.life);
  }

  /** Nothing is taken for a while. */
  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.time.elapsed + ms);
  }

  /** Nothing comes out any more. */
  cut(): void {
    this.#isDead = true;
  }
}

/** One connection, from the handshake to its end. */
export class Wire {
  readonly client: ClientEnd;
  readonly machine: Machine;
  readonly #time: VirtualTime;
  readonly #up: Pipe;
  readonly #down: Pipe;
  #connection: Connection | undefined;
  #isCut = false;
  readonly #note: (what: () => string) => void;

  constructor(
    time: VirtualTime,
    weather: Weather,
    ends: {
      machine: Machine;
      life: Life;
      person: Person;
      note: (what: () => string) => void;
    },
  ) {
    const { machine, life, person } = ends;
    this.#note = ends.note;
    this.#time = time;
    this.machine = machine;
    this.client = new ClientEnd(life, this);
    this.#up = new Pipe(time, weather, machine.life, (item) => {
      if ("text" in item) this.#connection?.receive(item.text);
      else if ("close" in item) this.#serverEnds();
      else this.#accept(person);
    });
    this.#down = new Pipe(time, weather, life, (item) => {
      if ("text" in item) this.#receives(item.text);
      else if ("close" in item) this.#isClosed(item.close);
      else this.client.opens();
    });
    this.#up.send({ open: true });
  }

  get isOpen(): boolean {
    return !this.#isCut && this.client.readyState === 1;
  }

  /** Bytes that the client's network has not taken. */
  get unsent(): number {
    return this.#up.waiting;
  }

  sendUp(text: string): void {
    this.#note(() => `> ${text}`);
    this.#up.send({ text });
  }

  #receives(text: string): void {
    this.#note(() => `< ${text}`);
    this.client.receives(text);
  }

  /** The client closes it: the other end learns of it later. */
  leave(): void {
    this.#note(() => "leaves");
    this.#up.send({ close: { code: 1005, reason: "" } });
  }

  /** It breaks; what is under way may or may not still arrive. */
  break(): void {
    if (this.#isCut) return;
    this.#note(() => "breaks");
    this.#isCut = true;
    const { random } = this.#time;
    const wait = () => random.latency(random.pick([1, 20, 500]));
    this.#down.cut();
    if (random.chance(0.5)) this.#up.cut();
    this.#time.after(wait(), () => this.client.breaks(), this.client.life);
    this.#time.after(wait(), () => this.#serverEnds(), this.machine.life);
  }

  /** It breaks, and nobody is told: the server's timeout finds out at last. */
  fallSilent(): void {
    if (this.#isCut) return;
    this.#note(() => "falls silent");
    this.#isCut = true;
    this.#up.cut();
    this.#down.cut();
    const ms = this.#time.random.between(30_000, 60_000);
    this.#time.after(ms, () => this.#serverEnds(), this.machine.life);
  }

  /** The client does not read for a while. */
  stall(ms: number): void {
    this.#note(() => `stalls for ${ms}`);
    this.#down.stall(ms);
  }

  #accept(person: Person): void {
    const down = this.#down;
    const socket: Socket = {
      get bufferedAmount() {
        return down.waiting * down.weather.weight;
      },
      send: (text) => down.send({ text }),
      close: (code, reason) => down.send({ close: { code, reason } }),
      // As the native transport, which can't.
      terminate: () => {},
    };
    down.send({ open: true });
    this.#connection = this.machine.connect(socket, person);
  }

  #isClosed({ code, reason }: { code: number; reason: string }): void {
    this.#note(() => `is closed: ${code} ${reason}`);
    this.client.closes(code, reason);
    this.#isCut = true;
    const ms = this.#time.random.latency(5);
    this.#time.after(ms, () => this.#serverEnds(), this.machine.life);
  }

  /** The runtime may tell it twice (D4). */
  #serverEnds(): void {
    this.#connection?.ended();
    if (this.#time.random.chance(0.3)) this.#connection?.ended();
  }
}

/** The client's end, as a browser has it. */
export class ClientEnd implements SocketLike {
  readyState = 0;
  onopen: ((event: Event) => unknown) | null = null;
  onmessage: ((event: MessageEvent) => unknown) | null = null;
  onerror: ((event: Event) => unknown) | null = null;
  onclose: ((event: CloseEvent) => unknown) | null = null;

  constructor(readonly life: Life, readonly wire: Wire) {}

  get bufferedAmount(): number {
    return this.wire.unsent;
  }

  send(text: string): void {
    if (this.readyState === 1) this.wire.sendUp(text);
  }

  close(): void {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    this.wire.leave();
  }

  opens(): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.onopen?.({} as Event);
  }

  receives(data: string): void {
    if (this.readyState < 3) this.onmessage?.({ data } as MessageEvent);
  }

  closes(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code, reason } as CloseEvent);
  }

  breaks(): void {
    if (this.readyState === 3) return;
    this.onerror?.({} as Event);
    this.closes(1006, "");
  }
}

/** A socket to nowhere: there is no machine. */
export function refusedSocket(time: VirtualTime, life: Life): SocketLike {
  const wire = { leave() {}, sendUp() {}, unsent: 0 } as unknown as Wire;
  const end = new ClientEnd(life, wire);
  time.after(time.random.latency(5), () => end.breaks(), life);
  return end;
}
