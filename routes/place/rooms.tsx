import { page } from "fresh";
import { PlacePage } from "../../components/place/PlacePage.tsx";
import { roomPath } from "../../components/room_path.ts";
import { define } from "../../lib/app.ts";
import { enterPath, readForm, seeOther } from "../../lib/forms.ts";
import { translator } from "../../lib/locale.ts";
import { skipOf } from "../../lib/order.ts";
import { require } from "../../lib/permissions.ts";
import { LOBBY, type OverviewRoom } from "../../lib/rooms.ts";
import type { Session } from "../../lib/sessions.ts";

const ROOMS = 50;

interface RoomsData {
  session: Session;
  place: string;
  rooms: OverviewRoom[];
  /** Where the next page begins, or null. */
  next: number | null;
  privateRooms: number;
}

export const handler = define.handlers<RoomsData>({
  async GET({ url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const skip = skipOf(url);
    const found = await atoll.rooms
      .overview(session, { skip, limit: ROOMS + 1 });
    const { privateRooms } = await atoll.condition(session);
    const { name } = await atoll.place.settings();
    return page({
      ...{ session, place: name, privateRooms },
      rooms: found.slice(0, ROOMS),
      next: found.length > ROOMS ? skip + ROOMS : null,
    });
  },

  /** Archives a room, or brings it back. */
  async POST({ req, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    require(session, "managePlace");
    const form = await readForm(req);
    const archived = form.get("archived") === "true";
    await atoll.roomChanges
      .change(session, form.get("room") ?? "", { archived });
    return seeOther(url.pathname + url.search);
  },
});

export default define.page<typeof handler>(({ data, url, state }) => {
  const t = translator(state.locale);
  const { session, place, rooms, next } = data;
  const facts = ({ people, posts, archived }: OverviewRoom) => [
    ...archived ? [t("place.archived")] : [],
    t("rooms.people", { count: people }),
    posts > 0 ? t("rooms.posts", { count: posts }) : t("rooms.quiet"),
  ];
  return (
    <PlacePage
      {...{ t, session, name: place, page: "rooms", note: null, error: null }}
    >
      <p class="lead">{t("place.rooms_lead")}</p>
      <ul class="people-table" aria-label={t("place.rooms")}>
        {rooms.map((room) => (
          <li key={room.id}>
            <div class="person-about">
              <a class="ellipsis" href={roomPath(room.slug)}>
                <bdi>{room.name}</bdi>
              </a>
              <p class="room-facts">{facts(room).join(" · ")}</p>
            </div>
            {room.slug !== LOBBY && (
              <form method="post" action={`/place/rooms${url.search}`}>
                <input type="hidden" name="room" value={room.id} />
                <input
                  type="hidden"
                  name="archived"
                  value={String(!room.archived)}
                />
                <button
                  type="submit"
                  class="button small"
                  aria-label={t(
                    room.archived
                      ? "place.unarchive_named"
                      : "place.archive_named",
                    { room: room.name },
                  )}
                >
                  {t(room.archived ? "place.unarchive" : "place.archive")}
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      {next !== null && (
        <a class="button" href={`/place/rooms?skip=${next}`}>
          {t("place.more_rooms")}
        </a>
      )}
      {data.privateRooms > 0 && (
        <p class="hint">
          {t("place.private_rooms", { count: data.privateRooms })}
        </p>
      )}
    </PlacePage>
  );
});
