/** The outbox of all tabs of a browser, in IndexedDB: rows, and which tabs live (C1). */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { OutboxRow } from "./outbox.ts";

/** Times in milliseconds. */
export const LEASE_TIMES = {
  /** How often a tab says that it lives, and looks for dead ones. */
  claim: 5_000,
  /** A tab that was silent for this long counts as dead: harmless if it isn't (L3). */
  lease: 15_000,
  /** A page that left may be on its way back: only then others take over. */
  grace: 3_000,
} as const;

/** One run of a page. */
export interface Tab {
  /** Its id, minted anew with every load. */
  readonly id: string;
  /** Whose rows it sends. */
  readonly account: string;
  /** The run before it in the same tab of the browser, where there was one. */
  readonly before?: string;
  /** Whether that run is gone for sure, and not merely out of sight. */
  readonly replaces?: boolean;
}

/** What happened to a row since it was stored last. */
export type Change =
  | { readonly kind: "add" | "update"; readonly row: OutboxRow }
  | { readonly kind: "remove" };

interface StoredRow {
  /** Its place among the rows of all tabs. */
  n?: number;
  id: string;
  account: string;
  /** Which tab sends it. */
  tab: string;
  row: OutboxRow;
}

interface Lease {
  tab: string;
  /** When the tab last said that it lives. */
  at: number;
  /** The page went, and may come back. */
  left?: true;
}

interface Schema extends DBSchema {
  rows: {
    key: number;
    value: StoredRow;
    indexes: { id: string; account: string };
  };
  tabs: { key: string; value: Lease };
}

/** The open database. */
export type OutboxDatabase = IDBPDatabase<Schema>;

/** Opens a database; `closed` is called when the browser took it away. */
export async function openOutbox(
  closed: () => void,
  name = "atoll",
): Promise<OutboxDatabase> {
  const db = await openDB<Schema>(name, 1, {
    upgrade(db) {
      const rows = db.createObjectStore("rows", {
        keyPath: "n",
        autoIncrement: true,
      });
      rows.createIndex("id", "id", { unique: true });
      rows.createIndex("account", "account");
      db.createObjectStore("tabs", { keyPath: "tab" });
    },
    // A newer version of the page waits in another tab.
    blocking: () => db.close(),
    terminated: closed,
  });
  return db;
}

type Transaction = ReturnType<typeof begin>;

/** Everything happens in such transactions, so that tabs never act on old news. */
function begin(db: OutboxDatabase) {
  const options = { durability: "relaxed" } as const;
  return db.transaction(["rows", "tabs"], "readwrite", options);
}

/** Stores what happened to own rows. */
export async function saveChanges(
  db: OutboxDatabase,
  tab: Tab,
  now: number,
  changes: ReadonlyMap<string, Change>,
): Promise<void> {
  const tx = begin(db);
  await finish(tx, write(tx, tab, now, changes));
}

/**
 * Stores what happened to own rows, renews the lease and returns all own rows
 * in order, with `adopting` those of dead tabs among them.
 */
export async function claimRows(
  db: OutboxDatabase,
  tab: Tab,
  now: number,
  changes: ReadonlyMap<string, Change>,
  adopting: boolean,
): Promise<OutboxRow[]> {
  const tx = begin(db);
  return await finish(
    tx,
    (async () => {
      await write(tx, tab, now, changes);
      return await take(tx, tab, now, adopting);
    })(),
  );
}

/** Says that the page goes: its successor adopts at once, others a moment later. */
export async function leaveTab(
  db: OutboxDatabase,
  tab: Tab,
  now: number,
): Promise<void> {
  const tx = begin(db);
  const left = tx.objectStore("tabs").put({ tab: tab.id, at: now, left: true });
  // A page that goes will hear of nothing any more, not even that this is done.
  tx.commit();
  await finish(tx, left);
}

/** Rows that an account left unsent. */
export async function rowsOf(
  db: OutboxDatabase,
  account: string,
): Promise<OutboxRow[]> {
  const rows = await db.getAllFromIndex("rows", "account", account);
  return rows.map(({ row }) => row);
}

async function write(
  tx: Transaction,
  tab: Tab,
  now: number,
  changes: ReadonlyMap<string, Change>,
): Promise<void> {
  const rows = tx.objectStore("rows");
  let added = false;
  for (const [id, change] of changes) {
    const stored = await rows.index("id").get(id);
    if (change.kind === "update") {
      if (stored) await rows.put({ ...stored, row: change.row });
      continue;
    }
    if (stored) await rows.delete(stored.n!);
    if (change.kind === "remove") continue;
    const { row } = change;
    await rows.add({ id, account: tab.account, tab: tab.id, row });
    added = true;
  }
  if (added) await tx.objectStore("tabs").put({ tab: tab.id, at: now });
}

async function take(
  tx: Transaction,
  tab: Tab,
  now: number,
  adopting: boolean,
): Promise<OutboxRow[]> {
  const rows = tx.objectStore("rows");
  const tabs = tx.objectStore("tabs");
  const all = await rows.index("account").getAll(tab.account);
  const leases = await tabs.getAll();
  const alive = new Set([tab.id]);
  for (const lease of leases) {
    if (lease.tab === tab.id) continue;
    if (!adopting || isAlive(lease, tab, now)) alive.add(lease.tab);
    else await tabs.delete(lease.tab);
  }
  const mine: OutboxRow[] = [];
  for (const stored of all) {
    if (stored.tab !== tab.id && alive.has(stored.tab)) continue;
    if (stored.tab !== tab.id) await rows.put({ ...stored, tab: tab.id });
    mine.push(stored.row);
  }
  const known = leases.some((lease) => lease.tab === tab.id);
  if (mine.length > 0) await tabs.put({ tab: tab.id, at: now });
  else if (known) await tabs.delete(tab.id);
  return mine;
}

function isAlive({ tab, at, left }: Lease, self: Tab, now: number): boolean {
  if (tab === self.before && (left || self.replaces)) return false;
  // Clocks are set back, too: a lease from the future would never end.
  const silent = Math.abs(now - at);
  return silent <= (left ? LEASE_TIMES.grace : LEASE_TIMES.lease);
}

/** Waits for the step and its transaction; the first to fail says why. */
async function finish<T>(tx: Transaction, step: Promise<T>): Promise<T> {
  const done = tx.done;
  const [result] = await Promise.all([step, done]);
  return result;
}
