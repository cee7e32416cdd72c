import { page } from "fresh";
import { Head } from "fresh/runtime";
import { OlderPage } from "../../../components/OlderPage.tsx";
import type { ChatProps, Refused } from "../../../components/chat_props.ts";
import { roomTitle } from "../../../components/use_title.ts";
import Chat from "../../../islands/Chat.tsx";
import { define, type State } from "../../../lib/app.ts";
import { uuidv7 } from "../../../lib/client/uuid.ts";
import { toldCount } from "../../../lib/client/telling.ts";
import { ERRORS, Refusal } from "../../../lib/errors.ts";
import { enterPath, readForm, seeOther } from "../../../lib/forms.ts";
import { stringsOf, translator, zoneOf } from "../../../lib/locale.ts";
import type { PastPlace } from "../../../lib/history.ts";
import type { MeFrame, MessagesFrame } from "../../../lib/protocol.ts";
import type { SeenRoom } from "../../../lib/rooms.ts";
import type { Session } from "../../../lib/sessions.ts";
import { pastPath, REACH, roomPath } from "../../../components/room_path.ts";

const PAGE_MESSAGES = 50;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface RoomData {
  chat: ChatProps;
  /** For a part of the past, asked for by its address: whether there are newer messages. */
  past: { newer: boolean } | null;
}

export const handler = define.handlers<RoomData>({
  async GET({ params, req, url, state }) {
    const { session } = state;
    if (session === null) return seeOther(enterPath(url));
    const room = await state.atoll.rooms.see(session, params.room!);
    // By an address that it had before.
    if (room.slug !== params.room && room.id !== params.room) {
      return seeOther(roomPath(room.slug) + url.search);
    }
    const place = placeIn(url.searchParams);
    const past = place && await state.atoll.history.past(room.id, place);
    const chat = await chatProps(state, session, room, req.headers, {
      refused: null,
      ...past && { messages: past.page },
    });
    if (past) return page({ chat, past });
    const at = url.searchParams.get("at");
    if (at === null) return page({ chat, past: null });
    const target = await state.atoll.history.at(room.id, at.toLowerCase());
    const far = target && chat.page.posts - target.posts > REACH;
    if (far) return seeOther(pastPath(room.slug, target));
    const message = target && { id: target.id, seq: target.seq };
    chat.target = { message };
    return page({ chat, past: null });
  },

  /** Posts a message sent as an ordinary form; sent again it does not double (L3). */
  async POST({ params, req, url, state }) {
    const { session } = state;
    if (session === null) return seeOther(enterPath(url));
    const room = await state.atoll.rooms.see(session, params.room!);
    const form = await readForm(req);
    const text = form.get("body") ?? "";
    const given = form.get("id") ?? "";
    const id = UUID.test(given) ? given.toLowerCase() : uuidv7();
    try {
      await state.atoll.messages.post({
        who: session,
        room: room.id,
        id,
        body: text,
      });
      return seeOther(roomPath(room.slug));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code } = error;
      const chat = await chatProps(state, session, room, req.headers, {
        refused: { text, code },
      });
      return page({ chat, past: null }, { status: ERRORS[code].status });
    }
  },
});

async function chatProps(
  { atoll, locale, place }: State,
  session: Session,
  seen: SeenRoom,
  headers: Headers,
  given: { refused: Refused | null; messages?: MessagesFrame },
): Promise<ChatProps> {
  const { id, slug, name, kind, topic, archived, people = [] } = seen;
  const [me, messages, mustKeep] = await Promise.all([
    atoll.rooms.followed(session.person.id),
    given.messages ?? atoll.messages.page(seen.id, { limit: PAGE_MESSAGES }),
    atoll.credentials.mustKeep(session),
  ]);
  return {
    me,
    place,
    room: { id, slug, name, kind, topic, archived, people },
    page: messages,
    locale,
    strings: stringsOf(locale),
    zone: zoneOf(headers),
    now: Date.now(),
    uploadLimit: atoll.files.limit,
    postId: uuidv7(),
    refused: given.refused,
    mustKeep,
    oneRoom: session.onlyRoom !== null,
    target: null,
  };
}

function placeIn(params: URLSearchParams): PastPlace | null {
  const seq = (name: string) => {
    const text = params.get(name);
    const number = Number(text || NaN);
    return Number.isSafeInteger(number) && number >= 0 ? number : null;
  };
  const [before, after, around] = [seq("before"), seq("after"), seq("around")];
  if (before !== null) return { before };
  if (after !== null) return { after };
  return around === null ? null : { around };
}

export default define.page<typeof handler>(({ data: { chat, past } }) => {
  const t = translator(chat.locale, chat.zone);
  const elsewhere = targetElsewhere(chat);
  return (
    <>
      <Head>
        <title>
          {roomTitle(chat.room, toldIn(chat.me), t, chat.place.name)}
        </title>
        {elsewhere && (
          <noscript>
            <meta
              http-equiv="refresh"
              content={`0;url=${pastPath(chat.room.slug, elsewhere)}`}
            />
          </noscript>
        )}
      </Head>
      {past ? <OlderPage t={t} {...chat} {...past} /> : <Chat {...chat} />}
    </>
  );
});

/** The message to which the address leads where the page has yet to load it. */
function targetElsewhere({ target, page }: ChatProps) {
  const message = target?.message;
  const isHere = page.messages.some(({ id }) => id === message?.id);
  return message && !isHere ? message : null;
}

function toldIn({ rooms }: MeFrame): number {
  return rooms.reduce((sum, room) => {
    const { posts, lastReadPosts, unreadFromPosts, mentions = 0 } = room;
    const unread = posts - (unreadFromPosts ?? lastReadPosts);
    return sum + toldCount(room, { unread, mentions });
  }, 0);
}
