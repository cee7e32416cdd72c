import { page } from "fresh";
import { Page } from "../components/Page.tsx";
import { PageTitle } from "../components/PageTitle.tsx";
import { DirectForm } from "../components/rooms/DirectForm.tsx";
import { roomPath } from "../components/room_path.ts";
import { type Atoll, define } from "../lib/app.ts";
import { ERRORS, Refusal } from "../lib/errors.ts";
import { enterPath, readForm, seeOther } from "../lib/forms.ts";
import { translator } from "../lib/locale.ts";
import { type ErrorCode, LIMITS, type Person } from "../lib/protocol.ts";
import type { Session } from "../lib/sessions.ts";

interface MessageData {
  query: string;
  chosen: Person[];
  /** Whom the query finds besides, null without one. */
  found: Person[] | null;
  /** Nobody was chosen. */
  nobody: boolean;
  error: ErrorCode | null;
}

export const handler = define.handlers<MessageData>({
  async GET({ url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    return page(await dataOf(atoll, session, url.searchParams));
  },

  /** Goes to the direct room with those chosen, made when there is none. */
  async POST({ req, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    const form = await readForm(req);
    if (!form.has("person")) {
      const data = await dataOf(atoll, session, form);
      return page({ ...data, nobody: true }, { status: 422 });
    }
    try {
      const { slug } = await atoll.rooms.direct(session, idsIn(form));
      return seeOther(roomPath(slug));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const data = await dataOf(atoll, session, form);
      const { status } = ERRORS[error.code];
      return page({ ...data, error: error.code }, { status });
    }
  },
});

function idsIn(fields: URLSearchParams): string[] {
  return fields.getAll("person").map((id) => id.toLowerCase());
}

async function dataOf(
  atoll: Atoll,
  session: Session,
  fields: URLSearchParams,
): Promise<MessageData> {
  const query = (fields.get("q") ?? "").trim();
  atoll.roomChanges.checkFinding(session);
  const ids = new Set(idsIn(fields).slice(0, LIMITS.directPeople));
  const chosen: Person[] = [];
  for (const id of ids) {
    const person = await atoll.order.find(session, id).catch(ignoreRefusal);
    if (person) chosen.push({ id: person.id, name: person.name });
  }
  const found = query === ""
    ? null
    : await atoll.roomChanges.findPeople(session, query);
  return {
    ...{ query, chosen, nobody: false, error: null },
    found: found && found.filter(({ id }) => !ids.has(id)),
  };
}

function ignoreRefusal(error: unknown): null {
  if (error instanceof Refusal && error.code === "no_person") return null;
  throw error;
}

export default define.page<typeof handler>(({ data, state }) => {
  const t = translator(state.locale);
  return (
    <Page t={t} me={state.session?.person ?? null} narrow>
      <PageTitle parts={[t("rooms.new_message")]} />
      <h1>{t("rooms.new_message")}</h1>
      <DirectForm {...data} />
    </Page>
  );
});
