/** What those who keep order did, as sentences. */
import type { JSX } from "preact";
import type { AuditRecord } from "../../lib/audit.ts";
import type { Translator } from "../../lib/translate.ts";
import { useWords } from "../words.ts";
import { isForEver } from "./spans.ts";

/** The acts, newest first. */
export function AuditList(
  { acts }: { acts: readonly AuditRecord[] },
): JSX.Element {
  const t = useWords();
  if (acts.length === 0) return <p class="notice">{t("audit.none")}</p>;
  return (
    <ol class="people-table audit" aria-label={t("place.audit")}>
      {acts.map((act) => (
        <li key={act.id}>
          <div class="person-about">
            <p dir="auto">{sentenceOf(t, act)}</p>
            <p class="room-facts">
              <time dateTime={new Date(act.at).toISOString()}>
                {t.moment(act.at)}
              </time>
              {detailsOf(t, act).map((detail) => ` · ${detail}`).join("")}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}

function sentenceOf(t: Translator, act: AuditRecord): string {
  const { actor, person, room, detail, hidden } = act;
  const role = roleOf(t, detail.role);
  return t(`audit.${act.action}`, {
    actor: actor?.name ?? t("audit.someone"),
    person: person?.name ?? t("audit.someone"),
    room: hidden ? t("audit.hidden_room") : room?.name ?? "",
    ...{ role, before: roleOf(t, detail.before) },
  });
}

function roleOf(t: Translator, role: unknown): string {
  switch (role) {
    case "owner":
    case "admin":
    case "member":
    case "guest":
      return t(`role.${role}`);
    default:
      return "";
  }
}

/** For how long messages are kept, and were before; null is what goes without saying. */
function keepingOf(t: Translator, { action, detail }: AuditRecord): string[] {
  const { days, before } = detail;
  if (days === undefined) return [];
  const unsaid = action === "retention"
    ? t("audit.default_days")
    : t("audit.no_days");
  const said = (count: unknown) =>
    typeof count === "number" ? t("audit.days", { count }) : unsaid;
  return [said(days), t("audit.before", { was: said(before) })];
}

/** Until when, why, and what is new. */
function detailsOf(t: Translator, act: AuditRecord): string[] {
  const { detail } = act;
  const { until, reason, name, entry, roomName, topic, archived, picture } =
    detail;
  const said = [reason, name, roomName, topic]
    .filter((text): text is string => typeof text === "string" && text !== "");
  return [
    ...typeof until === "number"
      ? [
        isForEver(until)
          ? t("order.for_ever")
          : t("invite.until", { when: t.moment(until) }),
      ]
      : [],
    ...said.map((text) => `“${text}”`),
    ...entry === "invited" || entry === "guests"
      ? [t(`place.entry_${entry}`)]
      : [],
    ...archived === true ? [t("place.archived")] : [],
    ...picture === "set" || picture === "removed"
      ? [t(`place.picture_${picture}`)]
      : [],
    ...keepingOf(t, act),
  ];
}
