/** Keeps one WebSocket open: connects, listens for silence and comes back (C3). */
import { CLOSE, mayReconnect } from "../protocol.ts";
import { backoff, namedDelay } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { abandon, listen, type SocketLike } from "./socket.ts";
import { Timers } from "./timers.ts";

/** Whether the session still counts. */
export type SessionCheck = "valid" | "full" | "ended" | "unreachable";

/**
 * How the connection is doing: `connecting` for the first time, `connected`,
 * `reconnecting`, `offline` (no network, or stopped), `ended` (won't come
 * back).
 */
export type ConnectionStatus =
  | "connecting"
  | "connected"
  | "reconnecting"
  | "offline"
  | "ended";

/** What a {@link Connection} needs, and whom it tells. */
export interface ConnectionOptions {
  /** Makes a new socket, which starts to connect. */
  createSocket: () => SocketLike;
  /** Asked after a handshake that never opened. */
  checkSession: () => Promise<SessionCheck>;
  /** Time and timers. */
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  /** The text of the frame that asks for an answer. */
  ping: string;
  /** The socket is open. */
  opened: () => void;
  /** A frame came. */
  received: (data: unknown) => void;
  /** A socket that was open is gone; `code` is null when it fell silent. */
  closed: (code: number | null) => void;
  /** Something went wrong that will be tried again. */
  failed: (code: "handshake" | "silent", message: string) => void;
  /** The status or the time of the next attempt changed. */
  changed: () => void;
}

/** Times in milliseconds. */
export const CONNECTION_TIMES = {
  /** After this long without a frame a ping is sent. */
  silence: 25_000,
  /** A ping without an answer for this long means a dead socket. */
  answer: 10_000,
  /** The same where there is reason to suspect it: the machine woke up. */
  suspectAnswer: 4_000,
  /** A handshake takes no longer than this. */
  handshake: 15_000,
  /** A connection that lasted this long starts the back-off anew. */
  stable: 5_000,
  /** How long an `error` waits for its `close`. */
  closeAfterError: 1_000,
} as const;

type Phase =
  | "stopped"
  | "waiting"
  | "handshake"
  | "checking"
  | "open"
  | "ended";

/** One socket at a time, until stopped or ended. */
export class Connection {
  #options: ConnectionOptions;
  #timers: Timers;
  #socket: SocketLike | null = null;
  #phase: Phase = "stopped";
  #started = false;
  #everOpen = false;
  #online = true;
  #attempt = 0;
  /** When the present phase began. */
  #since = 0;
  #receivedAt = 0;
  #retryAt: number | null = null;
  #endedCode: number | null = null;
  #full = false;
  /** Counts session checks, to tell a late answer. */
  #checks = 0;

  /** Takes the options; nothing happens before {@link start}. */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#timers = new Timers(options.clock);
  }

  /** How the connection is doing. */
  get status(): ConnectionStatus {
    if (this.#phase === "ended") return "ended";
    if (this.isOpen) return "connected";
    if (this.#phase === "stopped") {
      return this.#started ? "offline" : "connecting";
    }
    if (!this.#online) return "offline";
    const first = this.#phase === "handshake" && this.#attempt === 0;
    return first && !this.#everOpen ? "connecting" : "reconnecting";
  }

  /** State of the socket: 0 connecting, 1 open, 2 closing, 3 closed or none. */
  get readyState(): 0 | 1 | 2 | 3 {
    return (this.#socket?.readyState ?? 3) as 0 | 1 | 2 | 3;
  }

  /** When the next attempt is due, in milliseconds since 1970, or null. */
  get retryAt(): number | null {
    return this.#retryAt;
  }

  /** The close code that ended the session, or null. */
  get endedCode(): number | null {
    return this.#endedCode;
  }

  /** Whether the server lets in no more: this person or network has too many. */
  get isFull(): boolean {
    return this.#full;
  }

  /** Whether frames can be sent. */
  get isOpen(): boolean {
    return this.#phase === "open" && this.#socket?.readyState === 1;
  }

  /** Bytes that the network has not taken yet. */
  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Connects and stays connected; does nothing when it already does. */
  start(): void {
    if (this.#phase !== "stopped" && this.#phase !== "ended") return;
    this.#started = true;
    this.#endedCode = null;
    this.#attempt = 0;
    this.#connect();
  }

  /** Closes the socket and tries no more. */
  stop(): void {
    this.#started = true;
    this.#leave("stopped", null);
  }

  /** Tries at once, or makes sure that an open socket is alive. */
  wake(): void {
    const elapsed = this.#options.clock.now() - this.#since;
    if (this.#phase === "open") {
      return this.#ping(CONNECTION_TIMES.suspectAnswer);
    }
    if (this.#phase === "stopped" || this.#phase === "ended") return;
    if (this.#phase === "handshake" && elapsed < CONNECTION_TIMES.stable) {
      return;
    }
    this.#attempt = 0;
    this.#connect();
  }

  /** Tells whether the machine has a network; a local server may answer without. */
  setOnline(online: boolean): void {
    if (this.#online === online) return;
    this.#online = online;
    this.#options.changed();
    if (online || this.#phase === "open") this.wake();
  }

  /** Sends a frame; tells whether there was an open socket to take it. */
  send(text: string): boolean {
    if (!this.isOpen) return false;
    this.#socket!.send(text);
    return true;
  }

  /** Gives the socket up and comes back after a back-off. */
  retreat(): void {
    if (this.#phase !== "open") return;
    this.#drop();
    this.#options.closed(null);
    this.#wait(this.#nextBackoff());
  }

  #connect(): void {
    this.#drop();
    this.#enter("handshake");
    let socket: SocketLike;
    try {
      socket = this.#options.createSocket();
    } catch (error) {
      this.#options.failed("handshake", String(error));
      return this.#wait(this.#nextBackoff());
    }
    this.#socket = socket;
    const ifCurrent = (run: () => void) => {
      if (this.#socket === socket) run();
    };
    listen(socket, {
      opened: () => ifCurrent(() => this.#opened()),
      received: (data) => ifCurrent(() => this.#received(data)),
      broke: () => ifCurrent(() => this.#broke()),
      closed: (code, reason) => ifCurrent(() => this.#closed(code, reason)),
    });
    this.#timers.set("handshake", CONNECTION_TIMES.handshake, () => {
      this.#closed(1006, "");
    });
  }

  #opened(): void {
    this.#timers.cancel("handshake");
    this.#everOpen = true;
    this.#full = false;
    this.#receivedAt = this.#options.clock.now();
    this.#enter("open");
    this.#listenForSilence();
    this.#options.opened();
  }

  #received(data: unknown): void {
    this.#receivedAt = this.#options.clock.now();
    this.#timers.cancel("answer");
    this.#options.received(data);
  }

  #broke(): void {
    // The close event should follow; where it doesn't, it is made up for.
    this.#timers.setOnce("broke", CONNECTION_TIMES.closeAfterError, () => {
      if (this.readyState > 1) this.#closed(1006, "");
    });
  }

  #closed(code: number, reason: string): void {
    const wasOpen = this.#phase === "open";
    if (!mayReconnect(code)) return this.#leave("ended", code);
    if (wasOpen) {
      const lasted = this.#options.clock.now() - this.#since;
      if (lasted >= CONNECTION_TIMES.stable) this.#attempt = 0;
      this.#drop();
      this.#wait(namedDelay(reason) ?? this.#nextBackoff());
      return this.#options.closed(code);
    }
    this.#drop();
    this.#options.failed("handshake", "The connection could not be opened");
    this.#check();
  }

  /** A handshake that never opened: only HTTP tells why (C3). */
  #check(): void {
    this.#enter("checking");
    const since = ++this.#checks;
    const done = (result: SessionCheck) => {
      if (this.#phase !== "checking" || this.#checks !== since) return;
      this.#full = result === "full";
      if (result === "ended") this.#leave("ended", CLOSE.sessionEnded);
      else this.#wait(this.#nextBackoff());
    };
    this.#timers.set(
      "check",
      CONNECTION_TIMES.answer,
      () => done("unreachable"),
    );
    this.#options.checkSession().then(done, () => done("unreachable"));
  }

  #wait(ms: number): void {
    this.#enter("waiting");
    this.#retryAt = this.#since + ms;
    this.#timers.set("retry", ms, () => this.#connect());
    this.#options.changed();
  }

  #nextBackoff(): number {
    return backoff(this.#attempt++, this.#options.random());
  }

  #listenForSilence(): void {
    const silentAt = this.#receivedAt + CONNECTION_TIMES.silence;
    this.#timers.set("silence", silentAt - this.#options.clock.now(), () => {
      const now = this.#options.clock.now();
      const silent = now - this.#receivedAt >= CONNECTION_TIMES.silence;
      if (silent) this.#ping(CONNECTION_TIMES.answer);
      else this.#listenForSilence();
    });
  }

  #ping(wait: number): void {
    this.send(this.#options.ping);
    // A closing socket can't be asked: it has the same time to be closed.
    this.#timers.setOnce("answer", wait, () => this.#silent());
    this.#timers.set("silence", CONNECTION_TIMES.silence, () => {
      this.#listenForSilence();
    });
  }

  #silent(): void {
    this.#options.failed("silent", "The server did not answer a ping");
    this.#drop();
    this.#options.closed(null);
    // A new handshake tells at once whether the network is there.
    this.#connect();
  }

  #leave(phase: "stopped" | "ended", code: number | null): void {
    const wasOpen = this.#phase === "open";
    this.#drop();
    this.#endedCode = code;
    this.#enter(phase);
    if (wasOpen) this.#options.closed(code);
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#since = this.#options.clock.now();
    this.#options.changed();
  }

  #drop(): void {
    this.#timers.clear();
    this.#retryAt = null;
    if (this.#socket) abandon(this.#socket);
    this.#socket = null;
  }
}
