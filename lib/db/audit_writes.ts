/** The record of what those who keep order did, written with the act itself. */
import { uuidv7 } from "../client/uuid.ts";
import type { AppendPlan } from "./append_plan.ts";
import type { Draft } from "./drafts.ts";
import type { Trx } from "./schema.ts";

/** What can stand in the record. */
export type AuditAction =
  | "setup"
  | "role"
  | "mute"
  | "unmute"
  | "ban"
  | "unban"
  | "kick"
  | "remove"
  | "delete_message"
  | "room_settings"
  | "retention"
  | "default_retention"
  | "place_settings"
  | "invite"
  | "revoke"
  | "invited";

/** One act; its detail never holds a message's text. */
export interface Act {
  at: number;
  /** Null for what the server was started with. */
  actor: string | null;
  action: AuditAction;
  person?: string | null;
  room?: string | null;
  detail?: Record<string, unknown>;
}

/** Puts an act on record, in the transaction that carries it out. */
export async function record(trx: Trx, act: Act): Promise<void> {
  const { at, actor, action, person, room, detail } = act;
  await trx.insertInto("audit").values({
    id: uuidv7(at),
    ...{ at, actor, action },
    person: person ?? null,
    room: room ?? null,
    detail: JSON.stringify(detail ?? {}),
  }).execute();
}

/** Puts on record what the log's new entries did to other people's things. */
export async function recordEntries(
  trx: Trx,
  plans: readonly AppendPlan[],
): Promise<void> {
  for (const { noted, room } of plans) {
    for (const { draft, at, person } of noted) {
      const known = room.kind === "open" ? detailOf(draft) : {};
      const act = { at, actor: draft.author, room: room.id, detail: known };
      await record(trx, { ...act, action: actionOf(draft), person });
    }
  }
}

function actionOf({ kind }: Draft): AuditAction {
  if (kind === "deleted") return "delete_message";
  return kind === "member" ? "remove" : "room_settings";
}

/** Of rooms that aren't open nothing is told: who reads this may not know them. */
function detailOf(draft: Draft): Record<string, unknown> {
  if (draft.kind === "member") return { until: draft.until };
  if (draft.kind !== "settings") return {};
  const { roomName, topic, archived } = draft;
  return { roomName, topic, archived };
}
