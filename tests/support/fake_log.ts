/** A log in memory whose reads can be held up, for tests of the hub. */
import { begun } from "../../lib/client/message_fold.ts";
import type { HubLog, RoomPage } from "../../lib/chat_hub.ts";
import type { Entry, Message } from "../../lib/protocol.ts";

/** Reads pass at once, or wait at `gate` until it is opened. */
export class FakeLog implements HubLog {
  epoch = "epoch-1";
  rooms = new Map<string, Entry[]>([["room", []]]);
  /** Names of the reads that happened, in order. */
  reads: string[] = [];
  #gate: Promise<void> | undefined;
  #open: () => void = () => {};
  /** What reads fail with, while they do. */
  failure: Error | undefined;
  #floor = 1;

  /** Holds up all reads from now on; the result lets them go. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    this.#open = resolve;
    return () => {
      this.#gate = undefined;
      this.#open();
    };
  }

  /** Appends a message without ringing. */
  post(body: string, room = "room"): Entry {
    const entries = this.rooms.get(room)!;
    const seq = entries.length + 1;
    const entry: Entry = {
      kind: "posted",
      seq,
      id: `m${seq}`,
      at: seq,
      posts: (entries.at(-1)?.posts ?? 0) + 1,
      author: "p1",
      name: "Ana",
      body,
    };
    entries.push(entry);
    return entry;
  }

  /** Deletes the message with this id: blanks its text, appends the deletion (L7). */
  delete(message: string, room = "room"): void {
    const entries = this.rooms.get(room)!;
    for (const entry of entries) {
      if (entry.id === message && entry.kind === "posted") {
        entry.body = "";
        entry.deleted = true;
      }
    }
    const { posts } = entries.at(-1)!;
    const seq = entries.length + 1;
    entries.push({
      kind: "deleted",
      seq,
      id: `d${seq}`,
      at: seq,
      posts,
      author: "p1",
      name: "Ana",
      message,
    });
  }

  /** Removes the entries below the floor without telling (L8). */
  trim(floor: number): void {
    this.#floor = floor;
  }

  async newest(room: string, { limit }: { limit: number }) {
    const entries = await this.#read(
      "newest",
      room,
      (all) => all.slice(-limit),
    );
    const floor = this.#floor;
    return entries && { head: this.#head(room, entries), floor, entries };
  }

  async read(
    room: string,
    { after, limit }: { after: number; limit: number },
  ): Promise<Entry[]> {
    return await this.#read(
      `read ${after}`,
      room,
      (all) => all.filter(({ seq }) => seq > after).slice(0, limit),
    ) ?? [];
  }

  async entryId(room: string, seq: number): Promise<string | null> {
    const found = await this.#read(
      `entryId ${seq}`,
      room,
      (all) => all.filter((entry) => entry.seq === seq),
    );
    return found?.[0]?.id ?? null;
  }

  async page(room: string): Promise<RoomPage> {
    const entries = await this.#read("page", room, (all) => all) ?? [];
    const messages = entries.flatMap((entry): Message[] =>
      entry.kind === "posted" ? [begun(entry)] : []
    );
    // That of the head is known even when it is gone.
    const newest = this.rooms.get(room)?.at(-1);
    const { seq = 0, id = "", posts = 0 } = entries.at(-1) ?? newest ?? {};
    return { seq, id, posts, messages: messages.slice(-50), more: false };
  }

  #head(room: string, entries: Entry[]): number {
    return entries.at(-1)?.seq ?? this.rooms.get(room)!.length;
  }

  /** What is read is what there was when the read began. */
  async #read(
    name: string,
    room: string,
    select: (entries: Entry[]) => Entry[],
  ): Promise<Entry[] | null> {
    this.reads.push(name);
    const entries = this.rooms.get(room);
    const kept = entries?.filter(({ seq }) => seq >= this.#floor);
    const selected = kept && structuredClone(select(kept));
    await this.#gate;
    if (this.failure) throw this.failure;
    return selected ?? null;
  }
}
