/** Tells the server what pages count that should never happen. */
import type { HeldRoom, HeldRooms } from "./held_rooms.ts";
import type { Link } from "./link.ts";

/** Milliseconds. */
export const REPORT_TIMES = {
  /** What follows soon from the same fault goes into the same report. */
  delay: 2_000,
  /** Between two reports. */
  interval: 60_000,
} as const;

/** Reports what rooms' counters found, and nothing while there is nothing. */
export class DeliveryReports {
  #link: Link;
  #rooms: HeldRooms;
  #reportedAt = -Infinity;

  /** Takes what it works on. */
  constructor(link: Link, rooms: HeldRooms) {
    this.#link = link;
    this.#rooms = rooms;
  }

  /** Something changed in a room. */
  look(room: HeldRoom): void {
    room.deliveries.look(room.state);
    if (!room.deliveries.isClean) this.#schedule();
  }

  #schedule(): void {
    const due = this.#reportedAt + REPORT_TIMES.interval - this.#link.now();
    const wait = Math.max(due, REPORT_TIMES.delay);
    this.#link.timers.setOnce("report", wait, () => this.#report());
  }

  #report(): void {
    if (!this.#link.isOpen) return this.#schedule();
    this.#reportedAt = this.#link.now();
    for (const { deliveries, key } of this.#rooms.all()) {
      if (deliveries.isClean) continue;
      const counts = deliveries.take();
      this.#link.send({ type: "report", room: key, ...counts });
    }
  }
}
