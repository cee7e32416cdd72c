/** How much is unsent: in a room's page, and for pages that send nothing themselves (C1). */
import type { OutboxRow } from "./outbox.ts";
import { openOutbox, rowsOf } from "./outbox_database.ts";
import type { RoomState } from "./room_state.ts";

/** How many messages, and how many edits, deletions, reactions and pins. */
export interface Unsent {
  messages: number;
  changes: number;
}

/** Milliseconds in which a page beside this one sends a row by itself. */
const ON_ITS_WAY = 3_000;

/** What a room's page has not sent. */
export function unsentIn(
  { pending, changes, marks }: Pick<RoomState, "pending" | "changes" | "marks">,
  held: number,
): Unsent {
  const edits = [...changes.values()].filter(({ state }) =>
    state === "pending"
  );
  const marked = [...marks.values()].flat();
  return {
    messages: pending.length + held,
    changes: edits.length + marked.length,
  };
}

/** What an account has not sent, and the room of the first; nothing where there is no storage. */
export async function unsentOf(
  account: string,
  now: number,
): Promise<Unsent & { room: string | null }> {
  const found = await Promise.all(
    ["atoll-files", "atoll"].map((name) => readRows(name, account)),
  ).catch(() => []);
  const byId = new Map(found.flat().map((row) => [row.id, row]));
  const rows = [...byId.values()].filter(({ at, failed }) =>
    now - at >= ON_ITS_WAY && !isShut(failed)
  );
  const messages = rows.filter(({ kind }) => kind === "post").length;
  const room = rows[0]?.room ?? null;
  return { messages, changes: rows.length - messages, room };
}

/** Whether there is no room any more where one could send or delete it. */
function isShut(code: string | undefined): boolean {
  return code === "no_room" || code === "removed";
}

async function readRows(name: string, account: string): Promise<OutboxRow[]> {
  const db = await openOutbox(() => {}, name);
  try {
    return await rowsOf(db, account);
  } finally {
    db.close();
  }
}
