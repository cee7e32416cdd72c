/** The trays of a page, one for each room in which files were attached. */
import { createContext } from "preact";
import { useContext, useEffect, useReducer, useState } from "preact/hooks";
import type { ChatClient } from "../../lib/client/chat_client.ts";
import type { PendingRow } from "../../lib/client/pending_rows.ts";
import { Tray } from "./tray.ts";

/** All trays of a page. */
export class Trays {
  readonly #client: ChatClient;
  readonly #limit: number;
  readonly #trays = new Map<string, Tray>();

  /** Makes them when they are asked for; `limit` is in bytes. */
  constructor(client: ChatClient, limit: number) {
    this.#client = client;
    this.#limit = limit;
  }

  /** Whether something would be lost with the page. */
  get isBusy(): boolean {
    return [...this.#trays.values()].some((tray) => tray.isBusy);
  }

  /** The tray of a room; `key` names the person and the room. */
  of(room: string, key: string): Tray {
    let tray = this.#trays.get(room);
    if (tray === undefined) {
      tray = new Tray({
        limit: this.#limit,
        key,
        post: (body, options) => this.#client.post(room, body, options),
      });
      this.#trays.set(room, tray);
    }
    return tray;
  }

  /** The network is back. */
  retryUnsent(): void {
    for (const tray of this.#trays.values()) tray.retryUnsent();
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
  useEffect(() => tray?.subscribe(() => changed()), [tray]);
  return tray;
}
