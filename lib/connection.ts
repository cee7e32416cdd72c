/** One socket of one person: frames in, in order; frames out, within bounds. */
import { Buffer } from "node:buffer";
import { ERRORS, Refusal } from "./errors.ts";
import type { Subscription } from "./chat_hub.ts";
import {
  type ClientFrame,
  FrameError,
  parseClientFrame,
} from "./client_frames.ts";
import { metrics } from "./metrics.ts";
import {
  CLOSE,
  type ErrorFrame,
  LIMITS,
  type Ref,
  refOf,
  type ServerFrame,
} from "./protocol.ts";
import { type Rate, TokenBucket } from "./rate_limiter.ts";
import type { Session } from "./sessions.ts";
import type { Socket } from "./socket.ts";

/** How much may wait for the network, and how much may wait to be handled. */
export const CONNECTION_LIMITS = {
  /** Log entries and signals wait while more bytes than this are buffered (D3). */
  mark: 64 * 1024,
  /** Answers included, a connection with more bytes than this is closed (D3). */
  buffered: 256 * 1024,
  /** Frames that arrived and were not handled yet. */
  queuedFrames: 1_000,
  /** UTF-16 units in those frames. */
  queuedSize: 1024 * 1024,
} as const;

/** How much one connection may send; more closes it. */
export const CONNECTION_RATES: { frames: Rate; bytes: Rate } = {
  frames: { burst: 1_000, perSecond: 100 },
  bytes: { burst: 2 * 1024 * 1024, perSecond: 256 * 1024 },
};

/** What a connection calls; one object for all of them. */
export interface ConnectionHooks {
  /** Does what a frame asks; resolves when the next may be handled (L4). */
  handle(connection: Connection, frame: ClientFrame): Promise<void>;
  /** Called once, however it ends (D4). */
  onClose(connection: Connection): void;
  /** Resolves when a connection is ready for entries, or has ended: who doesn't read answers is asked nothing more. */
  whenReady?(connection: Connection): Promise<void>;
}

/** A registered socket. */
export class Connection {
  /** Whose socket this is. */
  readonly session: Session;
  /** The rooms on its screen, by room id. */
  readonly subscriptions: Map<string, Subscription> = new Map();
  readonly #socket: Socket;
  readonly #hooks: ConnectionHooks;
  readonly #queue: string[] = [];
  readonly #frames = new TokenBucket(
    CONNECTION_RATES.frames,
    performance.now(),
  );
  readonly #bytes = new TokenBucket(CONNECTION_RATES.bytes, performance.now());
  #queuedSize = 0;
  #handling = false;
  #badFrames = 0;
  #closed = false;

  /** Wraps an open socket. */
  constructor(socket: Socket, session: Session, hooks: ConnectionHooks) {
    this.#socket = socket;
    this.session = session;
    this.#hooks = hooks;
  }

  /** Whether it ended: nothing is sent or handled any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes that the network has not taken yet. */
  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  /** Whether entries and signals may be sent now (D3). */
  get ready(): boolean {
    return this.#socket.bufferedAmount < CONNECTION_LIMITS.mark;
  }

  /** Sends encoded entries or a signal; false when these have to wait (D3). */
  offer(text: string): boolean {
    if (!this.ready) return false;
    this.#transmit(text);
    return true;
  }

  /** Sends an encoded frame; closes the connection when it can't keep up (D3). */
  sendText(text: string): void {
    if (this.#socket.bufferedAmount > CONNECTION_LIMITS.buffered) {
      this.close(CLOSE.tooSlow, "too_slow");
      return;
    }
    this.#transmit(text);
  }

  #transmit(text: string): void {
    if (this.#closed) return;
    this.#socket.send(text);
    metrics.sent.add();
  }

  /** Encodes and sends a frame. */
  send(frame: ServerFrame): void {
    this.sendText(JSON.stringify(frame));
  }

  /** Answers a request with an error. */
  refuse(
    error: unknown,
    request: { ref?: Ref | undefined; room?: string; id?: string },
  ) {
    const refusal = error instanceof Refusal ? error : new Refusal("internal");
    metrics.refused.add(refusal.code);
    const frame: ErrorFrame = {
      type: "error",
      code: refusal.code,
      message: refusal.message,
      retry: ERRORS[refusal.code].retry,
      ...refOf(request.ref),
    };
    if (refusal.wait !== undefined) frame.wait = refusal.wait;
    if (request.room !== undefined) frame.room = request.room;
    if (request.id !== undefined) frame.id = request.id;
    this.send(frame);
  }

  /** Takes a message event's data; frames are handled one after another (L4). */
  receive(data: unknown): void {
    if (this.#closed) return;
    metrics.received.add();
    const isText = typeof data === "string";
    if (isText && byteLengthExceeds(data, LIMITS.frameBytes)) {
      metrics.refused.add("frame_too_big");
      this.close(1009, "frame_too_big");
      return;
    }
    const size = isText ? data.length : LIMITS.frameBytes;
    if (!this.#paces(size)) return this.#tooFast();
    if (!isText) {
      this.#countBadFrame(
        new FrameError("bad_json", "Expected a text frame, got a binary one"),
      );
      return;
    }
    this.#queue.push(data);
    this.#queuedSize += data.length;
    if (
      this.#queue.length > CONNECTION_LIMITS.queuedFrames ||
      this.#queuedSize > CONNECTION_LIMITS.queuedSize
    ) return this.#tooFast();
    if (!this.#handling) void this.#handleQueue();
  }

  /** Counts a frame; false when they come too fast. */
  #paces(size: number): boolean {
    const now = performance.now();
    return this.#frames.take(1, now) === 0 && this.#bytes.take(size, now) === 0;
  }

  #tooFast(): void {
    metrics.refused.add("too_fast");
    this.close(CLOSE.tooFast, "too_fast 5000");
  }

  /** Ends the connection; further calls do nothing (D4). */
  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#socket.close(code, reason);
    // Who doesn't read would never learn of it, and be held for ever.
    if (code === CLOSE.tooSlow) this.#socket.terminate();
    this.ended(code);
  }

  /** Forgets the connection after the socket's close or error event (D4). */
  ended(code = 1006): void {
    if (this.#closed) return;
    this.#closed = true;
    metrics.closed.add(String(code));
    this.#queue.length = 0;
    this.#hooks.onClose(this);
  }

  async #handleQueue(): Promise<void> {
    this.#handling = true;
    for (let text; (text = this.#queue.shift()) !== undefined;) {
      this.#queuedSize -= text.length;
      if (!this.ready) await this.#hooks.whenReady?.(this);
      if (this.#closed) break;
      try {
        const frame = parseClientFrame(text);
        await this.#hooks.handle(this, frame);
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        this.#countBadFrame(error);
      }
    }
    this.#handling = false;
  }

  #countBadFrame(error: FrameError): void {
    metrics.refused.add(error.code);
    const frame: ErrorFrame = {
      type: "error",
      code: error.code,
      message: error.message,
      retry: false,
      ...refOf(error.ref),
    };
    this.send(frame);
    this.#badFrames++;
    if (this.#badFrames >= LIMITS.badFrames) {
      this.close(CLOSE.badFrames, "bad_frames");
    }
  }
}

/** Counts bytes only where the number of UTF-16 units leaves it open. */
function byteLengthExceeds(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  return text.length * 3 > limit && Buffer.byteLength(text) > limit;
}
