/** The trays of a page, one for each room in which files were attached. */
import { createContext } from "preact";
import { useContext, useEffect, useReducer, useState } from "preact/hooks";
import type { ChatClient } from "../../lib/client/chat_client.ts";
import type { Claim, OutboxRow } from "../../lib/client/outbox.ts";
import type { PageOutbox } from "../../lib/client/page_outbox.ts";
import type { PendingRow } from "../../lib/client/pending_rows.ts";
import { type HeldOptions, Tray } from "./tray.ts";

/** All trays of a page. */
export class Trays {
  readonly #client: ChatClient;
  readonly #limit: number;
  readonly #outbox: PageOutbox | null;
  readonly #trays = new Map<string, Tray>();
  /** Kept with their files. */
  readonly #kept = new Set<string>();
  /** Sent, and to be forgotten once the client's own outbox has them. */
  readonly #sent = new Set<string>();

  /** Makes them when they are asked for; `limit` is in bytes. */
  constructor(client: ChatClient, limit: number, outbox: PageOutbox | null) {
    this.#client = client;
    this.#limit = limit;
    this.#outbox = outbox;
    if (outbox) outbox.onHeld = (claim) => this.#claimed(claim);
  }

  /** Whether something would be lost with the page. */
  get isBusy(): boolean {
    return [...this.#trays.values()].some((tray) => tray.isBusy);
  }

  /** The tray of a room. */
  of(room: string): Tray {
    const tray = this.#trays.get(room) ?? new Tray({
      limit: this.#limit,
      key: `${this.#client.person?.id}/${room}`,
      post: (body, options) => this.#post(room, body, options),
      keeper: {
        keep: (row) => this.#keep({ ...row, room }),
        forget: (id) => this.#outbox?.held.forget(id),
      },
    });
    this.#trays.set(room, tray);
    return tray;
  }

  /** The network is back. */
  retryUnsent(): void {
    for (const tray of this.#trays.values()) tray.retryUnsent();
  }

  #keep(row: OutboxRow): Promise<boolean> {
    this.#kept.add(row.id);
    return this.#outbox?.held.keep(row) ?? Promise.resolve(false);
  }

  /**
   * What is uploaded is the client's. Until it has stored that, a page that
   * comes after this one finds it here: with the same uploads, sent twice is
   * sent once (L3).
   */
  #post(room: string, body: string, options: HeldOptions): void {
    const { id } = options;
    if (this.#kept.delete(id)) {
      this.#outbox?.held.keep({ ...options, room, body, kind: "post", at: 0 });
      this.#sent.add(id);
    }
    this.#client.post(room, body, options);
    this.#forgetSent();
  }

  async #forgetSent(): Promise<void> {
    const sent = [...this.#sent];
    if (sent.length === 0 || !await this.#outbox?.settled()) return;
    for (const id of sent) {
      this.#sent.delete(id);
      this.#outbox?.held.forget(id);
    }
  }

  #claimed({ adopted, lost }: Claim): void {
    for (const { room, ...row } of adopted) {
      const { id, body = "", files = [], parent } = row;
      const options = { id, files, ...(parent ? { parent } : {}) };
      this.#kept.add(id);
      if (row.attached) this.of(room).adopt(row);
      else this.#post(room, body, options);
    }
    for (const id of lost) {
      for (const tray of this.#trays.values()) tray.release(id);
    }
    this.#forgetSent();
  }
}

/** The tray of the room around; null where nothing can be attached. */
export const RoomTray = createContext<Tray | null>(null);

/** The room whose files are shown. */
export const RoomOfFiles = createContext("");

/** The messages of a tray that wait for their files; renders again when they change. */
export function useHeld(tray: Tray): readonly PendingRow[] {
  const [held, setHeld] = useState(tray.held);
  useEffect(() => {
    setHeld(tray.held);
    return tray.subscribe(() => setHeld(tray.held));
  }, [tray]);
  return held;
}

/** The room's tray; the component renders again with every change of it. */
export function useTray(): Tray | null {
  const tray = useContext(RoomTray);
  const [, changed] = useReducer((count: number, _: void) => count + 1, 0);
  useEffect(() => {
    // What happened since this was rendered counts, too.
    changed();
    return tray?.subscribe(() => changed());
  }, [tray]);
  return tray;
}
