/** Who reads messages, and what names in them stand for to that reader. */
import { createContext } from "preact";
import { useMemo } from "preact/hooks";
import type { FollowedRoom } from "../lib/protocol.ts";

/** The reader of the messages around. */
export interface Reader {
  /** Id of the person, null for nobody. */
  me: string | null;
  /** Names of the rooms that they follow, by slug. */
  rooms: ReadonlyMap<string, string>;
}

/** Handed down to every message. */
export const ReaderContext = createContext<Reader>({
  me: null,
  rooms: new Map(),
});

/** A reader that stays the same value while nobody's and no room's name changes. */
export function useReader(
  me: string,
  rooms: readonly Pick<FollowedRoom, "slug" | "name">[],
): Reader {
  const names = JSON.stringify(rooms.map(({ slug, name }) => [slug, name]));
  return useMemo(() => ({ me, rooms: new Map(JSON.parse(names)) }), [
    me,
    names,
  ]);
}
