/** What stands in place of the composer while one may not write. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { MeFrame } from "../lib/protocol.ts";
import { isForEver } from "./place/spans.ts";
import { useWords } from "./words.ts";

/** Longest delay of a timer. */
const MOST_DELAY = 2 ** 31 - 1;

/** Whether one may not write at this time; looks again when that ends. */
export function useMuted(
  muted: MeFrame["muted"],
  now: number,
): MeFrame["muted"] {
  const [, over] = useState(0);
  const until = muted?.until ?? 0;
  useEffect(() => {
    const left = until - Date.now();
    if (left <= 0) return;
    const timer = setTimeout(() => over(until), Math.min(left, MOST_DELAY));
    return () => clearTimeout(timer);
  }, [until]);
  const at = typeof document === "undefined" ? now : Date.now();
  return until > at ? muted : undefined;
}

/** Until when, and why. */
export function MutedNote(
  { muted: { until, reason } }: { muted: NonNullable<MeFrame["muted"]> },
): JSX.Element {
  const t = useWords();
  return (
    <div class="foot muted-note" role="status">
      <p>
        {isForEver(until)
          ? t("order.muted_for_ever")
          : t("order.muted", { when: t.moment(until) })}
      </p>
      {reason !== "" && (
        <p class="hint" dir="auto">{t("order.muted_why", { reason })}</p>
      )}
    </div>
  );
}
