/** Which message one answers; kept with the draft. */
import { useEffect, useState } from "preact/hooks";
import { keepDraft, readDraft } from "./drafts.ts";

/** The message that is answered, as it was when one began. */
export interface ReplyTarget {
  id: string;
  name: string;
  excerpt: string;
}

/** The target and the ways to change it; `key` is that of the room's draft. */
export function useReply(key: string) {
  const [target, setTarget] = useState<ReplyTarget | null>(null);
  const kept = `${key}/reply`;
  useEffect(() => setTarget(parse(readDraft(kept))), [kept]);
  const choose = (next: ReplyTarget | null) => {
    keepDraft(kept, next === null ? "" : JSON.stringify(next));
    setTarget(next);
  };
  return { target, choose };
}

function parse(text: string): ReplyTarget | null {
  try {
    const { id, name, excerpt } = JSON.parse(text);
    const fields = [id, name, excerpt];
    return fields.every((field) => typeof field === "string")
      ? { id, name, excerpt }
      : null;
  } catch {
    return null;
  }
}
