/** What is known of a person, in words. */
import type { KnownPerson, Measured } from "../../lib/order.ts";
import type { Translator } from "../../lib/translate.ts";
import { isForEver } from "./spans.ts";

/** What is known of someone, in a few words each. */
export function factsOf(t: Translator, person: KnownPerson): string[] {
  const { role, oneRoom, muted, banned, lastSeenAt } = person;
  return [
    t(`role.${role}`),
    ...oneRoom ? [t("people.one_room")] : [],
    ...muted ? [measureOf(t, "muted", muted)] : [],
    ...banned ? [measureOf(t, "banned", banned)] : [],
    ...lastSeenAt > 0
      ? [t("people.seen", { when: whenOf(t, lastSeenAt) })]
      : [],
  ];
}

function whenOf(t: Translator, at: number): string {
  return `${t.shortDate(at)}, ${t.time(at)}`;
}

function measureOf(
  t: Translator,
  kind: "muted" | "banned",
  { until, reason }: Measured,
): string {
  const text = isForEver(until)
    ? t(`people.${kind}_for_ever`)
    : t(`people.is_${kind}`, { when: t.moment(until) });
  return reason === "" ? text : `${text} (${reason})`;
}
