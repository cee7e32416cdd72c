/** What the parts of a client share: a way to send, time, and whom to tell. */
import type { ClientFrame, ErrorCode } from "../protocol.ts";
import type { Timers } from "./timers.ts";

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

/** Bytes that may wait for the network before large or needless frames are held back. */
export const BUFFERED_MOST = 64 * 1024;

/** How long to wait, in milliseconds, before looking at a full buffer again. */
export const BUFFERED_WAIT = 100;

/** The connection, the clock and the listeners, as the client's parts see them. */
export interface Link {
  /** Whether frames can be sent. */
  readonly isOpen: boolean;
  /** Whether the session is over, and nothing will be sent any more. */
  readonly isEnded: boolean;
  /** Whether so much waits for the network that large frames should too. */
  readonly isCongested: boolean;
  /** Timers that end with the client. */
  readonly timers: Timers;
  /** Milliseconds since 1970. */
  now(): number;
  /** A number from 0 up to 1. */
  random(): number;
  /** A new ref for a request. */
  nextRef(): number;
  /** Sends a frame; tells whether there was an open socket to take it. */
  send(frame: ClientFrame): boolean;
  /** Gives the socket up and comes back after a back-off. */
  retreat(): void;
  /** Keeps what went wrong. */
  report(error: Omit<ClientError, "at">): void;
  /** Something that may be shown changed. */
  changed(): void;
}
