import { page } from "fresh";
import { PlacePage } from "../../components/place/PlacePage.tsx";
import { define } from "../../lib/app.ts";
import type { Condition } from "../../lib/condition.ts";
import { enterPath, seeOther } from "../../lib/forms.ts";
import { translator, zoneOf } from "../../lib/locale.ts";
import type { Session } from "../../lib/sessions.ts";

interface HealthData {
  session: Session;
  place: string;
  condition: Condition;
}

export const handler = define.handlers<HealthData>({
  async GET({ url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const condition = await atoll.condition(session);
    const { name } = await atoll.place.settings();
    return page({ session, place: name, condition });
  },
});

export default define.page<typeof handler>(({ data, req, state }) => {
  const { locale } = state;
  const t = translator(locale, zoneOf(req.headers));
  const { session, place, condition } = data;
  const { lastError } = condition;
  const number = (value: number) => new Intl.NumberFormat(locale).format(value);
  const facts = [
    ["database", condition.problem ?? t("health.ok")],
    ["size", sizeText(condition.size, locale)],
    ["uptime", spanText(condition.uptime, locale)],
    ["connections", number(condition.connections)],
    ["people", number(condition.people)],
    ["messages", number(condition.messages)],
    ["open_rooms", number(condition.openRooms)],
    ["private_rooms", number(condition.privateRooms)],
    [
      "last_error",
      lastError === null
        ? t("health.no_error")
        : `${t.moment(lastError.at)}: ${lastError.text}`,
    ],
  ] as const;
  return (
    <PlacePage
      {...{ t, session, name: place, page: "health", note: null, error: null }}
    >
      <p class="lead">{t("health.lead")}</p>
      <dl class="card facts">
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{t(`health.${key}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </PlacePage>
  );
});

function sizeText(bytes: number, locale: string): string {
  const [value, unit] = bytes < 1e6
    ? [bytes / 1e3, "kilobyte"]
    : bytes < 1e9
    ? [bytes / 1e6, "megabyte"]
    : [bytes / 1e9, "gigabyte"];
  return new Intl.NumberFormat(locale, {
    ...{ style: "unit", unit, unitDisplay: "short" },
    maximumFractionDigits: 1,
  }).format(value);
}

function spanText(seconds: number, locale: string): string {
  const [value, unit] = seconds < 7_200
    ? [seconds / 60, "minute"]
    : seconds < 172_800
    ? [seconds / 3_600, "hour"]
    : [seconds / 86_400, "day"];
  return new Intl.NumberFormat(locale, {
    ...{ style: "unit", unit, unitDisplay: "long" },
    maximumFractionDigits: 0,
  }).format(value);
}
