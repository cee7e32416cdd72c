/** Mistakes that the simulation has to notice, as replacements in the product's text. */

/** One mistake; each `from` must occur exactly once in its file. */
export interface Mutant {
  name: string;
  edits: { file: string; from: string; to: string }[];
}

function mutant(
  name: string,
  file: string,
  ...pairs: [from: string, to: string][]
): Mutant {
  const edits = pairs.map(([from, to]) => ({ file, from, to }));
  return { name, edits };
}

/** Every rule whose breach would break somebody's conversation. */
export const MUTANTS: readonly Mutant[] = [
  mutant(
    "ids are looked up before the lock (L1)",
    "lib/db/append_reads.ts",
    ["  const rooms = await lockRooms(trx, drafts);\n", ""],
    [
      "  return new Map(rooms.map(",
      "  const rooms = await lockRooms(trx, drafts);\n  return new Map(rooms.map(",
    ],
  ),
  mutant(
    "numbers are given before the lookup (L1)",
    "lib/db/append_plan.ts",
    [
      "const found = this.#entriesById.get(draft.id);",
      "this.room.head++;\n    const found = this.#entriesById.get(draft.id);",
    ],
    ["const seq = ++this.room.head;", "const seq = this.room.head;"],
  ),
  mutant(
    "known ids are stored again (L3)",
    "lib/db/append_plan.ts",
    [
      "const found = this.#entriesById.get(draft.id);",
      "const found = undefined as EntriesTable | undefined;",
    ],
  ),
  mutant(
    "the doorbell rings before the commit (L6)",
    "lib/db/append_queue.ts",
    [
      "      const drafts = batch.map((one) => one.draft);\n",
      `      const drafts = batch.map((one) => one.draft);
      for (const { room } of drafts) {
        this.#options.onCommitted([{ room, seq: 0, posts: 0 }], []);
      }
`,
    ],
    ["if (heads.length > 0) this", "if (heads.length < 0) this"],
  ),
  mutant(
    "posts are acknowledged before the commit (L2)",
    "lib/requests.ts",
    [
      "    stored.then(\n",
      `    connection.send({ type: "posted", ...refOf(ref), room, id, seq: 1 });
    stored.then(\n`,
    ],
  ),
  mutant(
    "a doorbell during a read is ignored (D1)",
    "lib/chat_hub.ts",
    [
      "    room.rang = true;\n    if (room.refreshing) return;",
      "    if (room.refreshing) return;\n    room.rang = true;",
    ],
  ),
  mutant(
    "a subscription that ended during a page is served (D1)",
    "lib/chat_hub.ts",
    [
      "if (subscription.ended || !connection.ready) return;",
      "if (!connection.ready) return;",
    ],
  ),
  mutant(
    "a subscription that ended during a reset is served (D1)",
    "lib/chat_hub.ts",
    [
      "    if (subscription.ended) return;\n    connection.send({",
      "    connection.send({",
    ],
  ),
  mutant(
    "a leave during catch-up is ignored (D1)",
    "lib/chat_hub.ts",
    [
      "    if (subscription) this.#end(subscription);",
      "    if (subscription?.reading === false) this.#end(subscription);",
    ],
  ),
  mutant(
    "a deletion leaves the ring as it was (L7)",
    "lib/room_ring.ts",
    [
      'if (entry.kind === "deleted") this.#dropThroughLast(message);',
      "",
    ],
  ),
  mutant(
    "the later news wins, not the newer state (C2)",
    "lib/client/message_list.ts",
    [
      "const winner = given.rev > held.rev ? given : held;",
      "const winner = given;",
    ],
  ),
  mutant(
    "changes of messages that aren't held are forgotten (C2)",
    "lib/client/message_list.ts",
    ["else this.#keep(id, change);", ""],
  ),
  mutant(
    "the outbox is cleared when a row is sent (C1)",
    "lib/client/sender.ts",
    [
      "    if (this.#link.send(toFrame(row, room.key))) room.queue.sent(row.id, now);",
      `    if (!this.#link.send(toFrame(row, room.key))) return;
    room.queue.sent(row.id, now);
    this.#forget(row.id);`,
    ],
  ),
  mutant(
    "a later post is accepted after an earlier one was refused (L4)",
    "lib/db/append_queue.ts",
    ["return blockedBy !== null && blockedBy !== id;", "return false;"],
  ),
];
