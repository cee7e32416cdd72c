/** What is known of a person, in words. */
import type { KnownPerson, Measured } from "../../lib/order.ts";
import type { Translator } from "../../lib/translate.ts";
import { isForEver } from "./spans.ts";

/** Milliseconds, with some to spare. */
const NOTED_EVERY = 65 * 60_000;

type Facts = Pick<
  KnownPerson,
  "role" | "oneRoom" | "muted" | "banned" | "lastSeenAt"
>;

/** What is known of someone, in a few words each. */
export function factsOf(t: Translator, person: Facts): string[] {
  const { role, oneRoom, muted, banned, lastSeenAt } = person;
  return [
    t(`role.${role}`),
    ...oneRoom ? [t("people.one_room")] : [],
    ...muted ? [measureOf(t, "muted", muted)] : [],
    ...banned ? [measureOf(t, "banned", banned)] : [],
    ...lastSeenAt > 0 ? [seenOf(t, lastSeenAt)] : [],
  ];
}

/** It is noted once an hour: whoever is here now was seen up to an hour ago. */
export function isLately(at: number): boolean {
  return Date.now() - at < NOTED_EVERY;
}

function seenOf(t: Translator, at: number): string {
  return isLately(at)
    ? t("people.seen_lately")
    : t("people.seen", { when: `${t.shortDate(at)}, ${t.time(at)}` });
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
