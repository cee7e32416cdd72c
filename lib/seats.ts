/** How many sockets each person and each network may have. */
import { Refusal } from "./errors.ts";

/** Sockets of one person: each tab is one. */
export const SEATS_OF_PERSON = 20;

/** Milliseconds in which a handshake must end: the runtime may never tell that it broke off. */
const HANDSHAKE_TIMEOUT = 15_000;

/** A socket's place, from its handshake to its end. */
export interface Seat {
  /** Keeps it when the socket has opened; false when that took too long, and it is gone. */
  keep(): boolean;
  /** Gives it up; more calls do nothing. */
  leave(): void;
}

/**
 * All places that are taken. One is free again when the runtime says that the
 * socket ended, not when we closed it: what a peer that never reads holds in
 * the kernel is held until then.
 */
export class Seats {
  readonly #perNetwork: number;
  readonly #people = new Map<string, number>();
  readonly #networks = new Map<string, number>();

  /** `perNetwork` sockets from one address. */
  constructor(perNetwork: number) {
    this.#perNetwork = perNetwork;
  }

  /** Whether a person or a network has as many sockets as it may have. */
  isFull(person: string, network: string): boolean {
    return (this.#people.get(person) ?? 0) >= SEATS_OF_PERSON ||
      (this.#networks.get(network) ?? 0) >= this.#perNetwork;
  }

  /** Takes a place; refused with `too_many_connections`. */
  take(person: string, network: string): Seat {
    if (this.isFull(person, network)) {
      throw new Refusal("too_many_connections");
    }
    add(this.#people, person, 1);
    add(this.#networks, network, 1);
    let isTaken = true;
    const leave = () => {
      clearTimeout(timer);
      if (!isTaken) return;
      isTaken = false;
      add(this.#people, person, -1);
      add(this.#networks, network, -1);
    };
    const timer = setTimeout(leave, HANDSHAKE_TIMEOUT);
    const keep = () => {
      clearTimeout(timer);
      return isTaken;
    };
    return { keep, leave };
  }
}

function add(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
