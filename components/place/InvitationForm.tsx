/** The form that makes an invitation. */
import type { JSX } from "preact";
import type { FollowedRoom } from "../../lib/protocol.ts";
import { useWords } from "../words.ts";

const DAY = 86_400_000;
const LIFETIMES = { hour: DAY / 24, day: DAY, week: 7 * DAY } as const;

/**
 * For whom, for how long, how often; members only invite into rooms. What was
 * `chosen` before stays: a guest's link that is refused must not become one for
 * all rooms by the next press.
 */
export function InvitationForm(
  { forPlace, rooms, chosen, roomError }: {
    forPlace: boolean;
    rooms: readonly FollowedRoom[];
    chosen: URLSearchParams;
    /** What is wrong with the room, or null. */
    roomError: string | null;
  },
): JSX.Element {
  const t = useWords();
  const role = chosen.get("role") ?? "member";
  const lifetime = chosen.get("lifetime") ?? `${LIFETIMES.week}`;
  return (
    <section class="card" aria-labelledby="new-invitation">
      <h3 id="new-invitation">{t("invite.new")}</h3>
      <form class="stack" method="post" action="/place/invitations">
        {forPlace
          ? (
            <fieldset class="choices">
              <legend>{t("invite.kind")}</legend>
              {(["member", "guest"] as const).map((each) => (
                <label key={each}>
                  <input
                    type="radio"
                    name="role"
                    value={each}
                    checked={each === role}
                  />
                  <span>{t(`invite.${each}`)}</span>
                </label>
              ))}
            </fieldset>
          )
          : <input type="hidden" name="role" value="guest" />}
        <div class="field">
          <label for="room">{t("invite.room")}</label>
          <select
            id="room"
            name="room"
            autofocus={roomError !== null}
            aria-invalid={roomError === null ? undefined : "true"}
            aria-describedby={roomError === null
              ? "room-hint"
              : "room-hint room-error"}
          >
            {forPlace && <option value="">{t("invite.no_room")}</option>}
            {rooms.map(({ room, name }) => (
              <option
                key={room}
                value={room}
                selected={room === chosen.get("room")}
              >
                {name}
              </option>
            ))}
          </select>
          {roomError !== null && (
            <p id="room-error" class="field-error" role="alert">{roomError}</p>
          )}
          <p id="room-hint" class="hint">{t("invite.room_hint")}</p>
        </div>
        <div class="field">
          <label for="lifetime">{t("invite.expires")}</label>
          <select id="lifetime" name="lifetime">
            {Object.entries(LIFETIMES).map(([key, span]) => (
              <option key={key} value={span} selected={`${span}` === lifetime}>
                {t(`order.${key as keyof typeof LIFETIMES}`)}
              </option>
            ))}
            <option value="" selected={lifetime === ""}>
              {t("invite.never")}
            </option>
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
            value={chosen.get("uses") ?? ""}
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
