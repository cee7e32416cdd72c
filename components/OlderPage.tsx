/** Older messages as a plain page, for readers without scripts. */
import type { JSX } from "preact";
import type { Translator } from "../lib/translate.ts";
import type { ChatProps } from "./chat_props.ts";
import { ReaderContext } from "./body_context.ts";
import { RoomOfFiles } from "./files/use_trays.ts";
import { DayLine, EventLine, RoomStart } from "./LogLines.tsx";
import { type MessageActions, NO_RIGHTS } from "./message_actions.ts";
import { MessageRow } from "./MessageRow.tsx";
import { Page } from "./Page.tsx";
import { RoomHeading } from "./rooms/RoomHeading.tsx";
import { buildTimeline } from "./timeline.ts";
import { messagePath, roomPath } from "./room_path.ts";

const NOTHING: Omit<MessageActions, "linkTo"> = {
  edit() {},
  cancelEdit() {},
  save() {},
  remove() {},
  react() {},
  chooseReaction() {},
  markUnread() {},
  pin() {},
  reply() {},
  showVersions() {},
  lookUp() {},
  retry() {},
  discard() {},
  hold() {},
};

/** One page of a room's past, with links to what is older and newer, and to the newest. */
export function OlderPage(
  { t, me, room, page, now, newer }: ChatProps & {
    t: Translator;
    newer: boolean;
  },
): JSX.Element {
  const actions: MessageActions = {
    ...NOTHING,
    linkTo: (message) => messagePath(room.slug, message),
  };
  const originals = new Map(page.messages.map((one) => [one.id, one]));
  const items = buildTimeline({
    messages: page.messages,
    pending: [],
    me: me.person,
    unreadAfter: null,
    more: page.more,
    dayKey: t.dayKey,
  });
  const address = roomPath(room.slug);
  const reader = {
    me: me.person.id,
    rooms: new Map(me.rooms.map(({ slug, name }) => [slug, name])),
  };
  const first = page.messages[0]?.seq;
  const last = page.messages.at(-1)?.seq;
  return (
    <Page t={t} me={me.person}>
      <RoomHeading room={room} />
      <p class="row">
        {t("room.reading")} <a href={address}>{t("room.newest")}</a>
      </p>
      <ReaderContext.Provider value={reader}>
        <RoomOfFiles.Provider value={room.id}>
          <div class="older-log">
            {page.more && first !== undefined
              ? (
                <p class="older">
                  <a href={`${address}?before=${first}`}>{t("room.older")}</a>
                </p>
              )
              : <RoomStart room={room} empty={items.length === 0} />}
            {items.map((item) =>
              item.kind === "day"
                ? <DayLine key={item.id} at={item.at} now={now} />
                : item.kind === "event"
                ? <EventLine key={item.id} event={item.event} />
                : item.kind === "message" && (
                  <MessageRow
                    {...item}
                    key={item.id}
                    change={undefined}
                    marks={undefined}
                    original={originals.get(item.message?.parent ?? "")}
                    marked={false}
                    rights={NO_RIGHTS}
                    mine={false}
                    waiting={false}
                    editing={false}
                    actions={actions}
                  />
                )
            )}
            {newer && last !== undefined && (
              <p class="older">
                <a href={`${address}?after=${last}`}>{t("room.newer")}</a>
              </p>
            )}
          </div>
        </RoomOfFiles.Provider>
      </ReaderContext.Provider>
      <p>
        <a class="button" href={address}>{t("room.newest")}</a>
      </p>
    </Page>
  );
}
