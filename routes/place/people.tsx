import { page } from "fresh";
import { PeopleList } from "../../components/place/PeopleList.tsx";
import { PlacePage } from "../../components/place/PlacePage.tsx";
import { untilOf } from "../../components/place/spans.ts";
import { type Atoll, define } from "../../lib/app.ts";
import { ERRORS, Refusal } from "../../lib/errors.ts";
import { enterPath, readForm, seeOther } from "../../lib/forms.ts";
import { translator, zoneOf } from "../../lib/locale.ts";
import {
  FOR_EVER,
  type Measure,
  type PeoplePage,
  skipOf,
} from "../../lib/order.ts";
import type { ErrorCode, Role } from "../../lib/protocol.ts";
import type { Session } from "../../lib/sessions.ts";

interface PeopleData {
  session: Session;
  place: string;
  list: PeoplePage;
  query: string;
  skip: number;
  error: ErrorCode | null;
}

export const handler = define.handlers<PeopleData>({
  async GET({ url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    return page(await dataOf(atoll, session, url));
  },

  /** Takes the measure that a form asks for. */
  async POST({ req, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const form = await readForm(req);
    try {
      const person = form.get("person") ?? "";
      await atoll.order.take(session, person, measureOf(form, Date.now()));
      url.searchParams.set("done", "");
      return seeOther(url.pathname + url.search);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code } = error;
      const data = { ...await dataOf(atoll, session, url), error: code };
      return page(data, { status: ERRORS[code].status });
    }
  },
});

async function dataOf(
  atoll: Atoll,
  session: Session,
  url: URL,
): Promise<PeopleData> {
  const query = (url.searchParams.get("q") ?? "").trim();
  const skip = skipOf(url);
  const list = await atoll.order.list(session, { query, skip });
  const { name } = await atoll.place.settings();
  return { session, place: name, list, query, skip, error: null };
}

/** The measure that a form asks for; refused with `bad_frame`. */
function measureOf(form: URLSearchParams, now: number): Measure {
  const until = untilOf(form, now) ?? FOR_EVER;
  const reason = form.get("reason") ?? "";
  const role = form.get("role") ?? "";
  switch (form.get("act")) {
    case "role":
      if (!isRole(role)) throw new Refusal("bad_frame");
      return { kind: "role", role };
    case "mute":
      return { kind: "mute", until, reason };
    case "ban":
      return { kind: "ban", until, reason };
    case "unmute":
      return { kind: "unmute" };
    case "unban":
      return { kind: "unban" };
    case "kick":
      return { kind: "kick" };
    default:
      throw new Refusal("bad_frame");
  }
}

function isRole(text: string): text is Role {
  return ["owner", "admin", "member"].includes(text);
}

export default define.page<typeof handler>(({ data, req, url, state }) => {
  const t = translator(state.locale, zoneOf(req.headers));
  const { session, place, error } = data;
  const isDone = url.searchParams.has("done") && error === null;
  return (
    <PlacePage
      {...{ t, session, name: place, page: "people" }}
      note={isDone ? t("order.done") : null}
      error={error === null ? null : t.error(error)}
    >
      <form class="search" method="get" action="/place/people" role="search">
        <input
          type="search"
          name="q"
          value={data.query || undefined}
          dir="auto"
          aria-label={t("people.find")}
          placeholder={t("people.find")}
        />
        <button type="submit" class="button">{t("rooms.search")}</button>
      </form>
      <PeopleList
        {...data.list}
        query={data.query}
        skip={data.skip}
        me={session.person.id}
      />
    </PlacePage>
  );
});
