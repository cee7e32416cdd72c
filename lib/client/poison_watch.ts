/** Finds the message on which the server or the way to it breaks (C1). */
import type { InFlight } from "./room_queue.ts";

/** Close codes that complain about what was sent. */
const COMPLAINTS = new Set([1002, 1003, 1007, 1008, 1009, 1010]);
/** Close codes that say nothing about the cause. */
const CRASHES = new Set([1005, 1006, 1011]);
/** A close within this many milliseconds counts as right after the send. */
const RIGHT_AFTER = 3_000;

/** Counts closes that followed a row. */
export class PoisonWatch {
  #suspects = new Map<string, number>();

  /** Whether rows must go one at a time, to find out which one it is. */
  get alone(): boolean {
    return this.#suspects.size > 0;
  }

  /** The connection was closed by the other side; returns rows to give up. */
  closed(code: number, inFlight: readonly InFlight[], now: number): string[] {
    const complaint = COMPLAINTS.has(code);
    if (!complaint && !CRASHES.has(code)) return [];
    const given: string[] = [];
    for (const { id, at } of inFlight) {
      if (!complaint && now - at > RIGHT_AFTER) continue;
      const closes = (this.#suspects.get(id) ?? 0) + 1;
      const sure = inFlight.length === 1 && (complaint || closes >= 2);
      if (sure) given.push(id);
      else this.#suspects.set(id, closes);
    }
    for (const id of given) this.#suspects.delete(id);
    return given;
  }

  /** The row was answered or given up. */
  forget(id: string): void {
    this.#suspects.delete(id);
  }
}
