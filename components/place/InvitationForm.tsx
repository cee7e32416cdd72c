/** The form that makes an invitation. */
import type { JSX } from "preact";
import type { FollowedRoom } from "../../lib/protocol.ts";
import { useWords } from "../words.ts";

const DAY = 86_400_000;
const LIFETIMES = { hour: DAY / 24, day: DAY, week: 7 * DAY } as const;

/** For whom, for how long, how often; members only invite into rooms. */
export function InvitationForm(
  { forPlace, rooms }: {
    forPlace: boolean;
    rooms: readonly FollowedRoom[];
  },
): JSX.Element {
  const t = useWords();
  return (
    <section class="card" aria-labelledby="new-invitation">
      <h3 id="new-invitation">{t("invite.new")}</h3>
      <form class="stack" method="post" action="/place/invitations">
        {forPlace
          ? (
            <fieldset class="choices">
              <legend>{t("invite.kind")}</legend>
              {(["member", "guest"] as const).map((role) => (
                <label key={role}>
                  <input
                    type="radio"
                    name="role"
                    value={role}
                    checked={role === "member"}
                  />
                  <span>{t(`invite.${role}`)}</span>
                </label>
              ))}
            </fieldset>
          )
          : <input type="hidden" name="role" value="guest" />}
        <div class="field">
          <label for="room">{t("invite.room")}</label>
          <select id="room" name="room" aria-describedby="room-hint">
            {forPlace && <option value="">{t("invite.no_room")}</option>}
            {rooms.map(({ room, name }) => (
              <option key={room} value={room}>{name}</option>
            ))}
          </select>
          <p id="room-hint" class="hint">{t("invite.room_hint")}</p>
        </div>
        <div class="field">
          <label for="lifetime">{t("invite.expires")}</label>
          <select id="lifetime" name="lifetime">
            {Object.entries(LIFETIMES).map(([key, span]) => (
              <option key={key} value={span} selected={key === "week"}>
                {t(`order.${key as keyof typeof LIFETIMES}`)}
              </option>
            ))}
            <option value="">{t("invite.never")}</option>
          </select>
        </div>
        <div class="field">
          <label for="uses">{t("invite.uses")}</label>
          <input
            id="uses"
            name="uses"
            type="number"
            min="1"
            max="10000"
            inputMode="numeric"
            aria-describedby="uses-hint"
          />
          <p id="uses-hint" class="hint">{t("invite.uses_hint")}</p>
        </div>
        <button type="submit" class="button primary">
          {t("invite.make")}
        </button>
      </form>
    </section>
  );
}
