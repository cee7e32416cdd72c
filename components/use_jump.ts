/** Shows a message of the room, however far back it is. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";
import { ReadFailure, readMessage } from "../lib/client/room_reads.ts";
import type { ShownRoom, Target } from "./chat_props.ts";
import type { LogControl } from "./MessageLog.tsx";
import { pastPath, REACH } from "./room_path.ts";

/** What became of the search for a message. */
export type JumpState = "idle" | "looking" | "gone" | "failed";

/** Goes to `target` whenever it is another one. */
export function useJump(
  client: ChatClient,
  room: ShownRoom,
  target: Target | null,
  control: RefObject<LogControl>,
) {
  const [state, setState] = useState<JumpState>(
    target?.message === null ? "gone" : "idle",
  );
  const [marked, setMarked] = useState<string | null>(null);
  const run = useRef(0);
  useEffect(() => {
    if (target === null || target.message === null) return;
    const { id } = target.message;
    const mine = ++run.current;
    const isWanted = () => mine === run.current;
    setState("looking");
    find(client, room, id, isWanted).then((outcome) => {
      if (!isWanted()) return;
      setState(outcome === "here" ? "idle" : outcome);
      if (outcome !== "here") return;
      setMarked(id);
      control.current?.reveal(id);
    });
    return () => void run.current++;
  }, [target]);
  return {
    state,
    marked,
    /** Shows no message as the one looked for, and says nothing more of it. */
    forget(): void {
      setState("idle");
      setMarked(null);
    },
  };
}

/** Loads older messages until it is held; one too far back is shown on a page of its own. */
async function find(
  client: ChatClient,
  room: ShownRoom,
  id: string,
  isWanted: () => boolean,
): Promise<"here" | "gone" | "failed" | "looking"> {
  try {
    const held = () => client.rooms.get(room.id);
    if (held()?.get(id)) return "here";
    const found = await readMessage(room.id, id);
    if (found === null) return "gone";
    const { seq, posts } = found.message;
    while (isWanted()) {
      const state = held();
      if (state?.get(id)) return "here";
      const oldest = state?.messages[0];
      if (!state?.more || !oldest || oldest.seq <= seq) return "gone";
      if (oldest.posts - posts > REACH) {
        location.assign(pastPath(room.slug, { id, seq }));
        return "looking";
      }
      await client.loadOlder(room.id);
    }
    return "looking";
  } catch (error) {
    const isGone = error instanceof ReadFailure && error.code === "no_room";
    return isGone ? "gone" : "failed";
  }
}
