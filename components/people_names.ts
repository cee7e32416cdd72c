/** What people are called of whom a room's messages only have the ids. */
import { createContext } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";
import { readMessage } from "../lib/client/room_reads.ts";

/** Names by id. */
export interface PeopleNames {
  /** The name, where it is known. */
  of(id: string): string | undefined;
  /** Asks for the unknown ones of those who reacted to a message; tells whether any became known. */
  learn(message: string, people: readonly string[]): Promise<boolean>;
}

/** The names in the room around; without one nobody is known. */
export const RoomNames = createContext<PeopleNames>({
  of: () => undefined,
  learn: () => Promise.resolve(false),
});

/** The names in a room: of those who are here, who wrote, and whom one asked for. */
export function usePeopleNames(client: ChatClient, room: string): PeopleNames {
  const [asked] = useState(() => new Map<string, string>());
  // Another value when others come, so that those who show names show theirs.
  return useMemo(() => {
    const of = (id: string) =>
      client.presence(room)?.people.find((person) => person.id === id)?.name ??
        client.rooms.get(room)?.messages
          .findLast(({ author }) => author === id)?.name ??
        asked.get(id);
    const learn = async (message: string, people: readonly string[]) => {
      if (people.every((id) => of(id) !== undefined)) return false;
      // Without a connection one sees how many there are.
      const found = await readMessage(room, message).catch(() => null);
      for (const { id, name } of found?.people ?? []) asked.set(id, name);
      return found !== null;
    };
    return { of, learn };
  }, [client, room, client.presence(room)]);
}
