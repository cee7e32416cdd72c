/** Posts whose files are not uploaded yet, kept with their files (C1). */
import { IndexedDbOutbox } from "./indexed_db_outbox.ts";
import type { Claim, OutboxRow } from "./outbox.ts";
import { openOutbox, type Tab } from "./outbox_database.ts";

/** Large files take their time, in milliseconds. */
const PATIENCE = 120_000;

/**
 * The outbox of posts that wait for their files. A database of its own: where
 * the browser has no room for files, texts are kept all the same. What can't be
 * stored here is not tried again, but the page's affair.
 */
export class HeldPosts {
  #box: IndexedDbOutbox;

  /** Takes the tab of the page's outbox; nothing is opened before the first use. */
  constructor(tab: Tab) {
    this.#box = new IndexedDbOutbox(tab, {
      patience: PATIENCE,
      open: (closed) => openOutbox(closed, "atoll-files"),
    });
  }

  /** Keeps a post, in place of what is kept of it; tells whether that worked. */
  async keep(row: OutboxRow): Promise<boolean> {
    try {
      await this.#box.add(row);
      return true;
    } catch {
      this.forget(row.id);
      return false;
    }
  }

  /** The post is kept elsewhere, sent or given up. */
  forget(id: string): void {
    this.#box.remove(id).catch(() => {});
  }

  /** Adopts the posts of dead tabs; nothing where there is no storage. */
  async claim(): Promise<Claim> {
    try {
      return await this.#box.claim();
    } catch {
      return { adopted: [], lost: [] };
    }
  }

  /** The page goes: its successor adopts at once, other tabs soon. */
  leave(): void {
    this.#box.leave().catch(() => {});
  }

  /** What another account left in this browser. */
  leftBy(account: string): Promise<OutboxRow[]> {
    return this.#box.leftBy(account);
  }
}
