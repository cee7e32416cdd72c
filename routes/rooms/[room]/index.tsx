import { page } from "fresh";
import { Head } from "fresh/runtime";
import { OlderPage } from "../../../components/OlderPage.tsx";
import type { ChatProps, Refused } from "../../../components/chat_props.ts";
import { roomTitle } from "../../../components/use_title.ts";
import Chat from "../../../islands/Chat.tsx";
import { define, type State } from "../../../lib/app.ts";
import { uuidv7 } from "../../../lib/client/uuid.ts";
import { ERRORS, Refusal } from "../../../lib/errors.ts";
import { enterPath, readForm, seeOther } from "../../../lib/forms.ts";
import { stringsOf, translator, zoneOf } from "../../../lib/locale.ts";
import type { MeFrame } from "../../../lib/protocol.ts";
import type { Room } from "../../../lib/rooms.ts";
import type { Session } from "../../../lib/sessions.ts";
import { roomPath } from "../../../components/room_path.ts";

const PAGE_MESSAGES = 50;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface RoomData {
  chat: ChatProps;
  /** An older page, asked for by its address. */
  older: boolean;
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
    const before = Number(url.searchParams.get("before"));
    const older = Number.isSafeInteger(before) && before > 0;
    const chat = await chatProps(state, session, room, req.headers, {
      ...(older ? { before } : {}),
      refused: null,
    });
    return page({ chat, older });
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
      return page({ chat, older: false }, { status: ERRORS[code].status });
    }
  },
});

async function chatProps(
  { atoll, locale }: State,
  session: Session,
  { id, slug, name }: Room,
  headers: Headers,
  { refused, before }: { refused: Refused | null; before?: number },
): Promise<ChatProps> {
  const [me, messages] = await Promise.all([
    atoll.rooms.followed(session.person.id),
    atoll.messages.page(id, {
      limit: PAGE_MESSAGES,
      ...(before === undefined ? {} : { before }),
    }),
  ]);
  return {
    me,
    room: { id, slug, name },
    page: messages,
    locale,
    strings: stringsOf(locale),
    zone: zoneOf(headers),
    now: Date.now(),
    uploadLimit: atoll.files.limit,
    postId: uuidv7(),
    refused,
  };
}

export default define.page<typeof handler>(({ data: { chat, older } }) => {
  const t = translator(chat.locale, chat.zone);
  return (
    <>
      <Head>
        <title>{roomTitle(chat.room.name, unreadIn(chat.me))}</title>
      </Head>
      {older ? <OlderPage t={t} {...chat} /> : <Chat {...chat} />}
    </>
  );
});

function unreadIn({ rooms }: MeFrame): number {
  return rooms.reduce(
    (sum, { posts, lastReadPosts }) => sum + posts - lastReadPosts,
    0,
  );
}
