/** What one is told of on this device. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import {
  keepNoticeSettings,
  type NoticeAbility,
  noticeAbility,
  noticeSettings,
} from "../components/notices/notice_settings.ts";
import { type NoticeSettings, USUAL_NOTICES } from "../lib/client/telling.ts";
import { type Locale, type Strings, translator } from "../lib/translate.ts";

/** Hours for which one can be left alone. */
const QUIET_HOURS = [1, 4, 12] as const;

/** A switch, a sound, a pause and a test; each choice is kept at once. */
export default function NoticeChoices(
  { locale, strings }: { locale: Locale; strings: Strings },
): JSX.Element {
  const t = useMemo(() => translator(locale, strings), [locale, strings]);
  const [settings, setSettings] = useState<NoticeSettings>(USUAL_NOTICES);
  const [ability, setAbility] = useState<NoticeAbility | null>(null);
  useEffect(() => {
    setSettings(noticeSettings());
    setAbility(noticeAbility());
  }, []);
  const change = (part: Partial<NoticeSettings>) => {
    const next = { ...settings, ...part };
    setSettings(next);
    keepNoticeSettings(next);
  };
  const turn = async (on: boolean) => {
    if (on && ability === "ask") await Notification.requestPermission();
    const now = noticeAbility();
    setAbility(now);
    change({ on: on && now === "able" });
  };
  const isAble = ability === "able" || ability === "ask";
  const isOn = settings.on && ability === "able";
  const isQuiet = settings.quietUntil > Date.now();
  const hours = (count: number) =>
    change({ quietUntil: count === 0 ? 0 : Date.now() + count * 3_600_000 });
  return (
    <div class="card stack notices">
      <label class="check">
        <input
          type="checkbox"
          checked={isOn}
          disabled={!isAble}
          onChange={(event) => void turn(event.currentTarget.checked)}
        />
        {t("notices.on")}
      </label>
      <p class="hint" role="status">
        {ability === null || isAble ? "" : t(`notices.${ability}`)}
      </p>
      <label class="check">
        <input
          type="checkbox"
          checked={settings.sound}
          disabled={!isOn}
          onChange={(event) => change({ sound: event.currentTarget.checked })}
        />
        {t("notices.sound")}
      </label>
      <div class="field">
        <label for="quiet">{t("notices.quiet")}</label>
        <select
          id="quiet"
          disabled={!isOn}
          value={isQuiet ? "now" : "0"}
          onChange={(event) => hours(Number(event.currentTarget.value))}
        >
          <option value="0">{t("notices.not_quiet")}</option>
          {isQuiet && (
            <option value="now">
              {t("notices.quiet_until", {
                when: t.moment(settings.quietUntil),
              })}
            </option>
          )}
          {QUIET_HOURS.map((count) => (
            <option key={count} value={count}>
              {t("notices.quiet_hours", { count })}
            </option>
          ))}
        </select>
      </div>
      <button
        type="button"
        class="button"
        disabled={!isOn}
        onClick={() =>
          new Notification(t("notices.test_title"), {
            body: t("notices.test_text"),
            tag: "atoll-test",
            silent: !settings.sound,
          })}
      >
        {t("notices.test")}
      </button>
    </div>
  );
}
