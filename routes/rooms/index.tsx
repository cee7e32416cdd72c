import type { Session } from "../../lib/sessions.ts";
import { page } from "fresh";
import { NewRoomForm } from "../../components/NewRoomForm.tsx";
import { PageTitle } from "../../components/PageTitle.tsx";
import { Page } from "../../components/Page.tsx";
import { RoomTable } from "../../components/RoomTable.tsx";
import { define } from "../../lib/app.ts";
import type { Atoll } from "../../lib/app.ts";
import { ERRORS, Refusal } from "../../lib/errors.ts";
import { enterPath, readForm, seeOther } from "../../lib/forms.ts";
import { translator, zoneOf } from "../../lib/locale.ts";
import type { ErrorCode } from "../../lib/protocol.ts";
import type { ListedRoom } from "../../lib/rooms.ts";
import { roomPath } from "../../components/room_path.ts";

/** Rooms on one page; those who look for others type a part of the name. */
const MOST_ROOMS = 100;

interface RoomsData {
  rooms: ListedRoom[];
  query: string;
  /** There are more rooms than listed. */
  more: boolean;
  /** The new room's name as entered, and what was wrong with it. */
  name: string;
  error: ErrorCode | null;
}

export const handler = define.handlers<RoomsData>({
  async GET({ url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const query = (url.searchParams.get("q") ?? "").trim();
    const listed = await listRooms(atoll, session, query);
    return page({ ...listed, name: "", error: null });
  },

  /** Makes a room and goes there, or shows the form again with what was wrong. */
  async POST({ req, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const form = await readForm(req);
    const name = form.get("name") ?? "";
    const kind = form.get("kind") === "private" ? "private" : "open";
    try {
      const room = await atoll.rooms.create(session, name, kind);
      return seeOther(roomPath(room.slug));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const listed = await listRooms(atoll, session, "");
      const { status } = ERRORS[error.code];
      return page({ ...listed, name, error: error.code }, { status });
    }
  },
});

async function listRooms(atoll: Atoll, session: Session, query: string) {
  const found = await atoll.rooms.list(session, {
    query,
    limit: MOST_ROOMS + 1,
  });
  const rooms = found.slice(0, MOST_ROOMS);
  return { rooms, query, more: found.length > MOST_ROOMS };
}

export default define.page<typeof handler>(({ data, req, state }) => {
  const t = translator(state.locale, zoneOf(req.headers));
  return (
    <Page t={t} me={state.session?.person ?? null}>
      <PageTitle parts={[t("rooms.title")]} />
      <h1>{t("rooms.title")}</h1>
      <p class="lead">{t("rooms.lead")}</p>
      {state.session?.onlyRoom === null && (
        <>
          <p>
            <a class="button" href="/message">{t("rooms.new_message")}</a>
          </p>
          <details class="card new-room" open={data.error !== null}>
            <summary>{t("rooms.new")}</summary>
            <NewRoomForm id="room-name" name={data.name} error={data.error} />
          </details>
        </>
      )}
      <form class="search" method="get" action="/rooms" role="search">
        <input
          type="search"
          name="q"
          value={data.query || undefined}
          dir="auto"
          aria-label={t("rooms.filter")}
          placeholder={t("rooms.filter")}
        />
        <button type="submit" class="button">{t("rooms.search")}</button>
      </form>
      <RoomTable rooms={data.rooms} query={data.query} more={data.more} />
    </Page>
  );
});
