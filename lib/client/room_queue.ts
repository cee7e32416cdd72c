/** What still has to be sent to one room, one row at a time. */
import { backoff } from "./backoff.ts";
import type { OutboxRow } from "./outbox.ts";

/** A row that was sent and has no answer yet. */
export interface InFlight {
  /** The row's id. */
  readonly id: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
}

/** Unacknowledged rows in order; at most one of them is under way. */
export class RoomQueue {
  #rows: OutboxRow[] = [];
  #inFlight: InFlight | null = null;
  /** The row that the server refused for now: later ones wait for it (L4). */
  #refused: string | null = null;
  #refusals = 0;
  #retryAt = 0;

  /** How many rows wait or are under way. */
  get size(): number {
    return this.#rows.length;
  }

  /** The row that was sent and has no answer yet. */
  get inFlight(): InFlight | null {
    return this.#inFlight;
  }

  /** Before this time nothing is sent, in milliseconds since 1970. */
  get retryAt(): number {
    return this.#retryAt;
  }

  /** The row with this id. */
  get(id: string): OutboxRow | undefined {
    return this.#rows.find((row) => row.id === id);
  }

  /** All rows in order. */
  all(): readonly OutboxRow[] {
    return this.#rows;
  }

  /** Adds a row behind all others. */
  add(row: OutboxRow): void {
    if (!this.get(row.id)) this.#rows.push(row);
  }

  /** Adds rows of another run by time; both keep the order they have among them. */
  merge(rows: readonly OutboxRow[]): void {
    this.#rows = mergeByTime(
      this.#rows,
      rows.filter((row) => !this.get(row.id)),
    );
  }

  /** Takes over another queue to the same room, with what the server waits for. */
  takeOver(other: RoomQueue): void {
    this.merge(other.#rows);
    this.#inFlight ??= other.#inFlight;
    if (this.#refused !== null) return;
    this.#refused = other.#refused;
    this.#refusals = other.#refusals;
    this.#retryAt = other.#retryAt;
  }

  /** The row to send now, or undefined. */
  next(now: number): OutboxRow | undefined {
    if (this.#inFlight || now < this.#retryAt) return undefined;
    // What was adopted since may stand before it, but the server waits for it.
    const refused = this.#refused === null ? null : this.get(this.#refused);
    return refused ?? this.#rows[0];
  }

  /** The row was sent. */
  sent(id: string, now: number): void {
    this.#inFlight = { id, at: now };
  }

  /**
   * The row was accepted, or refused for good: the next one may go. Tells
   * whether the server still waits for it, refused for now before (L4).
   */
  done(id: string): boolean {
    this.#rows = this.#rows.filter((row) => row.id !== id);
    const isAwaited = this.#refused === id && this.#inFlight?.id !== id;
    if (this.#inFlight?.id === id || isAwaited) this.disconnected();
    return isAwaited;
  }

  /**
   * The row was refused for now: it is sent again after `wait` milliseconds,
   * or after a back-off. Tells whether the row is still wanted; else it has
   * to be withdrawn.
   */
  refused(
    id: string,
    wait: number | undefined,
    now: number,
    random: number,
  ): boolean {
    if (this.#inFlight?.id === id) this.#inFlight = null;
    if (!this.get(id)) return false;
    this.#refused = id;
    this.#retryAt = now + (wait ?? backoff(this.#refusals, random));
    this.#refusals++;
    return true;
  }

  /**
   * Gives a row up; tells whether the server has to be told since it holds
   * back later ones (L4). One under way keeps its turn until it is answered.
   */
  cancel(id: string): boolean {
    this.#rows = this.#rows.filter((row) => row.id !== id);
    if (this.#refused !== id) return false;
    this.disconnected();
    return true;
  }

  /** Nothing is under way any more: what has no answer is sent again. */
  disconnected(): void {
    this.#inFlight = null;
    this.#refused = null;
    this.#refusals = 0;
    this.#retryAt = 0;
  }
}

/** Both lists in one by time, each in the order that it has. */
export function mergeByTime<Row extends { readonly at: number }>(
  rows: readonly Row[],
  others: readonly Row[],
): Row[] {
  const merged: Row[] = [];
  let place = 0;
  for (const other of others) {
    while (place < rows.length && rows[place]!.at <= other.at) {
      merged.push(rows[place++]!);
    }
    merged.push(other);
  }
  return [...merged, ...rows.slice(place)];
}
