/**
 * The whole {@link DeliveryChecker} in a page, while Atoll is developed: it is
 * told all that comes and all that is shown. `delivery_counter.ts` is what
 * people's pages have instead, which costs them next to nothing.
 */
import type { Person } from "../protocol.ts";
import { CheckedSocket } from "./checked_socket.ts";
import { DeliveryChecker, type Viewer } from "./delivery_checker.ts";
import type { RoomView } from "./delivery_view.ts";
import type { SocketLike } from "./socket.ts";

/** Checks one page's delivery, and tells each finding once. */
export class DeliveryWatch {
  readonly #checker = new DeliveryChecker();
  readonly #viewer: Viewer;
  readonly #tell: (finding: string) => void;
  readonly #told = new Set<string>();

  /** Watches the page of a person. */
  constructor(person: Person, tell: (finding: string) => void) {
    this.#viewer = this.#checker.viewer(person.name, person.id);
    this.#tell = tell;
  }

  /** Opens a socket of which everything is told to the checker. */
  createSocket(url: string, protocols: string[]): SocketLike {
    return new CheckedSocket(url, protocols, { viewer: () => this.#viewer });
  }

  /** Something changed in what is shown. */
  look(rooms: Iterable<RoomView>): void {
    for (const room of rooms) this.#viewer.shown(room);
    for (const finding of this.#checker.report().examples) {
      if (this.#told.has(finding)) continue;
      this.#told.add(finding);
      this.#tell(finding);
    }
  }
}
