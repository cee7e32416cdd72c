/**
 * A client of the chat: one connection, the rooms on screen and what was sent.
 *
 * For browsers, Deno and Node 22 alike; it knows no framework.
 */
import type { ErrorCode, MeFrame, MessagesFrame, Person } from "../protocol.ts";
import type { Clock } from "./clock.ts";
import type { Outbox } from "./outbox.ts";
import { RoomState } from "./room_state.ts";

/** What a {@link ChatClient} needs to know. */
export interface ChatClientOptions {
  /** Address of the WebSocket: `wss://chat.example.org/api/ws`. */
  url: string;
  /** A program's token from `POST /api/session`; browsers have the cookie. */
  token?: string;
  /** Who is signed in, until `me` tells. */
  person?: Person;
  /** Where unacknowledged rows are kept; in memory unless given. */
  outbox?: Outbox;
  /** Asked after a handshake that never opened, since browsers hide its status (C3). */
  checkSession?: () => Promise<SessionCheck>;
  /** Makes the socket; the runtime's `WebSocket` unless given. */
  createSocket?: (url: string, protocols: string[]) => SocketLike;
  /** Time and timers; the runtime's unless given. */
  clock?: Clock;
  /** A number from 0 up to 1, for jitter; `Math.random` unless given. */
  random?: () => number;
  /** The server-rendered start of {@link ChatClient.me}. */
  me?: MeFrame;
}

/** Whether the session still counts. */
export type SessionCheck = "valid" | "ended" | "unreachable";

/** As much of a WebSocket as the client uses. */
export interface SocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Bytes not yet handed to the network. */
  readonly bufferedAmount: number;
  /** The handshake is done. */
  onopen: ((event: Event) => unknown) | null;
  /** A frame came. */
  onmessage: ((event: MessageEvent) => unknown) | null;
  /** Something broke; `onclose` follows. */
  onerror: ((event: Event) => unknown) | null;
  /** The socket is closed. */
  onclose: ((event: CloseEvent) => unknown) | null;
  /** Sends a text frame. */
  send(text: string): void;
  /** Starts the closing handshake. */
  close(code?: number, reason?: string): void;
}

/**
 * How the connection is doing: `connecting` for the first time, `connected`,
 * `reconnecting` (see {@link ChatClient.retryAt}), `offline` (no network, or
 * stopped), `ended` (won't come back: see {@link ChatClient.endedCode}).
 */
export type ConnectionStatus =
  | "connecting"
  | "connected"
  | "reconnecting"
  | "offline"
  | "ended";

/** What went wrong last; an `ErrorCode` of the server or one of the client's own. */
export interface ClientError {
  /** What: show your own words for it. */
  code:
    | ErrorCode
    | "poison"
    | "handshake"
    | "silent"
    | "bad_server_frame"
    | "outbox";
  /** English, for developers. */
  message: string;
  /** In which room, where it concerns one. */
  room?: string;
  /** Which post, edit or delete, where it concerns one. */
  id?: string;
  /** When, in milliseconds since 1970. */
  at: number;
}

/** Who has a room on screen. */
export interface Presence {
  /** How many people. */
  count: number;
  /** Who they are, in rooms that are not too large. */
  people: readonly Person[];
}

/** One connection, the rooms on screen, and what was sent but not yet confirmed. */
export class ChatClient {
  /** Takes the options; nothing happens before {@link start}. */
  constructor(_options: ChatClientOptions) {}

  /** How the connection is doing. */
  get status(): ConnectionStatus {
    return "connecting";
  }

  /** State of the socket: 0 connecting, 1 open, 2 closing, 3 closed or none. */
  get readyState(): 0 | 1 | 2 | 3 {
    return 3;
  }

  /** When the next attempt to connect is due, in milliseconds since 1970, or null. */
  get retryAt(): number | null {
    return null;
  }

  /** The close code (4500 and above) that ended the session, or null. */
  get endedCode(): number | null {
    return null;
  }

  /** What went wrong last, or null. */
  get lastError(): ClientError | null {
    return null;
  }

  /** Who one is and the rooms one follows, or null until known. */
  get me(): MeFrame | null {
    return null;
  }

  /** Who is signed in, or null until known. */
  get person(): Person | null {
    return null;
  }

  /** The rooms held in memory, by id: on screen or recently so. */
  get rooms(): ReadonlyMap<string, RoomState> {
    return new Map();
  }

  /** Connects, and sends what the outbox holds. */
  start(): void {}

  /** Closes the connection and all timers; {@link start} begins anew. */
  stop(): void {}

  /** Tries at once instead of waiting: the network or the tab came back. */
  wake(): void {}

  /** Tells whether the machine has a network, as far as one knows. */
  setOnline(_online: boolean): void {}

  /**
   * Puts a room on screen, by id or slug. `initial` is what the server
   * rendered: the client resumes behind it.
   */
  open(room: string, _initial?: MessagesFrame): RoomState {
    return new RoomState(room);
  }

  /** Takes a room off the screen; its state is kept a while for a fast return. */
  close(_room: string): void {}

  /** Posts a message and returns its id; it shows as pending at once, online or not. */
  post(_room: string, _body: string): string {
    return "";
  }

  /** Gives a message a new body; returns the change's id. See {@link RoomState.changes}. */
  edit(_room: string, _message: string, _body: string): string {
    return "";
  }

  /** Deletes a message; returns the change's id. See {@link RoomState.changes}. */
  delete(_room: string, _message: string): string {
    return "";
  }

  /** Sends a failed row again, under the same id. */
  retry(_room: string, _id: string): void {}

  /** Gives up a failed or pending row; one under way may still arrive. */
  cancel(_room: string, _id: string): void {}

  /**
   * Loads older messages; calls made meanwhile share the answer. Waits while
   * there is no connection; rejects when refused, closed or stopped.
   */
  loadOlder(_room: string): Promise<void> {
    return Promise.resolve();
  }

  /** Tells the others that one is writing; at most every 3 s. */
  sendTyping(_room: string): void {}

  /** Moves the read cursor forward to `seq`; sent at most once a second. */
  markRead(_room: string, _seq: number): void {}

  /** Seq up to which one has read, as far as known here. */
  lastRead(_room: string): number {
    return 0;
  }

  /** How many messages one has not read. */
  unread(_room: string): number {
    return 0;
  }

  /** Who has the room on screen, or null when unknown. */
  presence(_room: string): Presence | null {
    return null;
  }

  /** The others who are writing right now; the same array while unchanged. */
  typing(_room: string): readonly Person[] {
    return [];
  }

  /** Calls `listener` after changes, once for all of a turn; returns what ends it. */
  subscribe(_listener: () => void): () => void {
    return () => {};
  }
}
