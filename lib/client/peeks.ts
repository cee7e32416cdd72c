/** Messages of rooms that are not on screen, asked for once and not kept. */
import type { Message, MessagesFrame, Ref } from "../protocol.ts";
import type { Link } from "./link.ts";

/** Requests for a few messages, and their answers. */
export class Peeks {
  #link: Link;
  #waiting = new Map<Ref, (messages: readonly Message[]) => void>();

  /** Takes what it sends by. */
  constructor(link: Link) {
    this.#link = link;
  }

  /** Up to `limit` messages below `before`; none when that can't be known now. */
  ask(
    room: string,
    before: number,
    limit: number,
  ): Promise<readonly Message[]> {
    const ref = this.#link.nextRef();
    const { promise, resolve } = Promise.withResolvers<readonly Message[]>();
    this.#waiting.set(ref, resolve);
    const isSent = this.#link.send({
      ...{ type: "history", ref, room, before, limit },
    });
    if (!isSent) this.#answer(ref, []);
    return promise;
  }

  /** Takes a page that was asked for here; false for all others. */
  take({ ref, messages }: MessagesFrame): boolean {
    return this.#answer(ref, messages);
  }

  /** A request was refused: perhaps one of these. */
  refused(ref: Ref | undefined): boolean {
    return this.#answer(ref, []);
  }

  /** Nothing asked so far will be answered. */
  disconnected(): void {
    for (const ref of [...this.#waiting.keys()]) this.#answer(ref, []);
  }

  #answer(ref: Ref | undefined, messages: readonly Message[]): boolean {
    const resolve = ref === undefined ? undefined : this.#waiting.get(ref);
    if (ref === undefined || !resolve) return false;
    this.#waiting.delete(ref);
    resolve(messages);
    return true;
  }
}
