/** The outbox of a page, which knows what was there before it in the same tab. */
import { HeldPosts } from "./held_posts.ts";
import { IndexedDbOutbox } from "./indexed_db_outbox.ts";
import type { Claim, OutboxRow } from "./outbox.ts";
import { uuidv7 } from "./uuid.ts";

/** Where a tab of the browser remembers its runs. */
const KEY = "atoll.tab";

/** What the next page in this tab has to know. */
interface Run {
  tab: string;
  account: string;
  /** Whoever was here before under another account. */
  previous?: string;
}

/** The outbox of one page, and what somebody else left unsent before it. */
export class PageOutbox extends IndexedDbOutbox {
  /** Posts that wait for their files. */
  readonly held: HeldPosts;
  /** Called with posts of dead tabs that wait for their files, and with lost ones. */
  onHeld: (claim: Claim) => void = () => {};
  #run: Run;

  /** Makes the outbox of an account, which is a person's id. */
  constructor(account: string) {
    const before = readRun();
    const id = uuidv7();
    const tab = {
      ...{ id, account, replaces: wasReloaded() },
      ...(before === null ? {} : { before: before.tab }),
    };
    super(tab);
    this.held = new HeldPosts(tab);
    const previous = before?.account === account
      ? before.previous
      : before?.account;
    this.#run = { tab: id, account, ...(previous ? { previous } : {}) };
    this.#remember();
  }

  /** Adopts what dead tabs left, with and without files. */
  override async claim(): Promise<Claim> {
    this.held.claim().then((claim) => this.onHeld(claim));
    return await super.claim();
  }

  /** The page goes: its successor adopts its rows at once, other tabs soon. */
  override leave(): Promise<void> {
    // Again, since another page may have been here while this one was frozen.
    this.#remember();
    this.held.leave();
    return super.leave();
  }

  /** What whoever was here before left unsent; it is never sent for another. */
  async leftBehind(): Promise<OutboxRow[]> {
    const { previous } = this.#run;
    if (previous === undefined) return [];
    const rows = await this.leftBy(previous);
    const held = await this.held.leftBy(previous).catch(() => []);
    const isKnown = ({ id }: OutboxRow) => rows.some((row) => row.id === id);
    return [...rows, ...held.filter((row) => !isKnown(row))]
      .filter(({ body = "" }) => body.trim() !== "");
  }

  /** Deletes what was left behind. */
  discard(id: string): void {
    this.held.forget(id);
    this.remove(id).catch(() => {});
  }

  #remember(): void {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.#run));
    } catch {
      // Full or forbidden: rows are adopted once the lease has run out.
    }
  }
}

function readRun(): Run | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
}

/** A page that was reloaded is gone, where one that was left may come back. */
function wasReloaded(): boolean {
  const [entry] = performance.getEntriesByType?.("navigation") ?? [];
  return (entry as PerformanceNavigationTiming | undefined)?.type === "reload";
}
