/** Mistakes that the simulation has to notice, as replacements in the product's text. */

/** One mistake; each `from` must occur exactly once in its file. */
export interface Mutant {
  /** What is wrong, and the numbers of the broken rules (docs/contracts.md). */
  name: string;
  edits: { file: string; from: string; to: string }[];
}

/** One that simulations have to notice. */
export interface SimulatedMutant extends Mutant {
  /** The first seed that is known to notice it. */
  seed: number;
}

function unnoticedBefore(
  seed: number,
  ...mutation: Parameters<typeof mutant>
): SimulatedMutant {
  return { ...mutant(...mutation), seed };
}

/** A mistake of one file. */
export function mutant(
  name: string,
  file: string,
  ...pairs: [from: string, to: string][]
): Mutant {
  const edits = pairs.map(([from, to]) => ({ file, from, to }));
  return { name, edits };
}

/** Every rule whose breach would break somebody's conversation. */
export const MUTANTS: readonly SimulatedMutant[] = [
  unnoticedBefore(
    14,
    "ids are looked up before the lock (L1)",
    "lib/db/append_reads.ts",
    ["  const rooms = await lockRooms(trx, drafts);\n", ""],
    [
      "  const isTrimmed =",
      "  const rooms = await lockRooms(trx, drafts);\n  const isTrimmed =",
    ],
  ),
  unnoticedBefore(
    27,
    "numbers are given before the lookup (L1)",
    "lib/db/append_plan.ts",
    [
      "const found = this.#entriesById.get(draft.id);",
      "this.room.head++;\n    const found = this.#entriesById.get(draft.id);",
    ],
    ["const seq = ++this.room.head;", "const seq = this.room.head;"],
  ),
  unnoticedBefore(
    6,
    "known ids are stored again (L3)",
    "lib/db/append_plan.ts",
    [
      "const found = this.#entriesById.get(draft.id);",
      "const found = undefined as EntriesTable | undefined;",
    ],
  ),
  unnoticedBefore(
    29,
    "repeated changes are refused (L3)",
    "lib/db/append_plan.ts",
    [
      "  if (!sameAs({ ...found, deleted }, draft)) return",
      `  const isChange = draft.kind === "edited" || draft.kind === "deleted";
  if (isChange || !sameAs({ ...found, deleted }, draft)) return`,
    ],
  ),
  unnoticedBefore(
    1,
    "the doorbell rings before the commit (L6)",
    "lib/db/append_queue.ts",
    [
      "      const drafts = batch.map((one) => one.draft);\n",
      `      const drafts = batch.map((one) => one.draft);
      for (const { room } of drafts) {
        const nothing = { acts: [], people: [] };
        const none = new Map();
        this.#options.onCommitted([{ room, seq: 0, posts: 0 }], [], nothing, none);
      }
`,
    ],
    [
      "onCommitted(heads, cursors, changes, entries)",
      "onCommitted([], cursors, changes, entries)",
    ],
  ),
  unnoticedBefore(
    16,
    "of several rooms in a transaction one rings (L6)",
    "lib/db/append.ts",
    ["const heads = changed.map(", "const heads = changed.slice(0, 1).map("],
  ),
  unnoticedBefore(
    123,
    "a read that is refused for a while ends what is sent (L6)",
    "lib/chat_hub.ts",
    [
      "if (error instanceof Refusal && !ERRORS[error.code].retry) {",
      "if (error instanceof Refusal) {",
    ],
  ),
  unnoticedBefore(
    1,
    "posts are acknowledged before the commit (L2)",
    "lib/requests.ts",
    [
      "      stored.then(({ seq }) => {\n",
      `      connection.send({ type: "posted", ...refOf(ref), room, id, seq: 1 });
      stored.then(({ seq }) => {\n`,
    ],
  ),
  unnoticedBefore(
    2,
    "a leave during catch-up is ignored (D1)",
    "lib/chat_hub.ts",
    [
      "    if (subscription) this.#end(subscription);",
      "    if (subscription?.reading === false) this.#end(subscription);",
    ],
  ),
  unnoticedBefore(
    1,
    "a deletion leaves the ring as it was (L7)",
    "lib/room_ring.ts",
    [
      "if (tellsDeletion(entry)) this.#dropThroughLast(message);",
      "",
    ],
  ),
  unnoticedBefore(
    2,
    "the outbox is cleared when a row is sent (C1)",
    "lib/client/sender.ts",
    [
      "    if (this.#link.send(toFrame(row, room.key))) room.queue.sent(row.id, now);",
      `    if (!this.#link.send(toFrame(row, room.key))) return;
    room.queue.sent(row.id, now);
    this.#forget(row.id);`,
    ],
  ),
  unnoticedBefore(
    25,
    "a page keeps what is gone (L8)",
    "lib/client/room_state.ts",
    [
      "    if (!this.#list.dropBelow(floor)) return;\n    this.#more",
      "    return;\n    this.#more",
    ],
  ),
  unnoticedBefore(
    14,
    "ids of what is gone are stored again (L3, L8)",
    "lib/db/append_reads.ts",
    ["const isTrimmed = ", "const isTrimmed = false && "],
  ),
  unnoticedBefore(
    1,
    "a later post is accepted after an earlier one was refused (L4)",
    "lib/db/append_queue.ts",
    ["return blockedBy !== null && blockedBy !== id;", "return false;"],
  ),
  unnoticedBefore(
    3,
    "a room that grew is not told where it is not on screen (D6)",
    "lib/following.ts",
    ["    this.#grown.add(room);\n", ""],
  ),
];
