/** Whom and what one may name in a room. */
import { createContext } from "preact";
import { useMemo } from "preact/hooks";
import type { ChatClient } from "../../lib/client/chat_client.ts";
import { findPeople } from "../../lib/client/room_reads.ts";
import type { Person } from "../../lib/protocol.ts";

/** The names that are offered; asked anew each time. */
export interface CompletionSources {
  /** Those who wrote, the latest first, then those who are here. */
  people: () => readonly Person[];
  /** Others who may be meant, asked of the server; none where it can't be asked. */
  findPeople: (query: string) => Promise<readonly Person[]>;
  /** The rooms that one follows. */
  rooms: () => readonly { slug: string; name: string }[];
}

/** Handed down to every text box. */
export const Sources = createContext<CompletionSources>({
  people: () => [],
  findPeople: () => Promise.resolve([]),
  rooms: () => [],
});

/** What a room's text boxes complete from. */
export function useSources(
  client: ChatClient,
  room: string,
): CompletionSources {
  return useMemo(() => ({
    people: () => likelyPeople(client, room),
    findPeople: (query) => {
      const kind = client.me?.rooms.find((one) => one.room === room)?.kind;
      // Whom a closed room doesn't let in, nobody can mention there.
      if (kind === "private" || kind === "direct") return Promise.resolve([]);
      return findPeople(query).catch(() => []);
    },
    // Others have no name in their address, by which all would know them.
    rooms: () => client.me?.rooms.filter(({ kind }) => kind === "open") ?? [],
  }), [client, room]);
}

function likelyPeople(client: ChatClient, room: string): Person[] {
  const people = new Map<string, Person>();
  const add = ({ id, name }: Person) => {
    if (!people.has(id)) people.set(id, { id, name });
  };
  const messages = client.rooms.get(room)?.messages ?? [];
  for (const { author, name } of [...messages].reverse()) {
    add({ id: author, name });
  }
  client.presence(room)?.people.forEach(add);
  return [...people.values()];
}
