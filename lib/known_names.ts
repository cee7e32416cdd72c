/** Under which names people stand in what is encoded, so that others are noticed. */
import type { Entry, Person } from "./protocol.ts";

/** People that are remembered; beyond that, all is encoded anew. */
const MOST = 50_000;

/** Names and pictures as this machine knows them. */
export class KnownNames {
  readonly #known = new Map<string, string>();
  readonly #onFull: () => void;

  /** Calls `onFull` when it forgot them all. */
  constructor(onFull: () => void) {
    this.#onFull = onFull;
  }

  /** Someone stands in what is encoded. */
  see(person: Person): void {
    if (this.#known.size >= MOST && !this.#known.has(person.id)) {
      this.#known.clear();
      this.#onFull();
    }
    this.#known.set(person.id, look(person));
  }

  /** The author of an entry does. */
  seeAuthor({ author: id, name, picture }: Entry): void {
    this.see({ id, name, ...picture !== undefined && { picture } });
  }

  /** Whether they are known under another name or picture. */
  differs(person: Person): boolean {
    const known = this.#known.get(person.id);
    return known !== undefined && known !== look(person);
  }
}

function look({ name, picture = "" }: Person): string {
  return `${picture} ${name}`;
}
