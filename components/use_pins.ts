/** The pinned messages of the room on screen. */
import { useEffect, useState } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";
import { readPins } from "../lib/client/room_reads.ts";
import type { Message } from "../lib/protocol.ts";

/** The messages pinned last, the last first, and whether there are others. */
export interface Pins {
  messages: readonly Message[];
  more: boolean;
}

const NONE: Pins = { messages: [], more: false };

/** Asked for when the room opens and whenever a pin came or went. */
export function usePins(client: ChatClient, room: string): Pins {
  const [pins, setPins] = useState({ room, ...NONE });
  const version = client.rooms.get(room)?.pinsVersion;
  useEffect(() => {
    let isWanted = true;
    readPins(room).then(
      (found) => isWanted && setPins({ room, ...found }),
      // They stay as they were known; the next pin asks again.
      () => {},
    );
    return () => {
      isWanted = false;
    };
  }, [room, version]);
  return pins.room === room ? pins : NONE;
}
