/** Older messages as a plain page, for readers without scripts. */
import type { JSX } from "preact";
import type { Translator } from "../lib/translate.ts";
import type { ChatProps } from "./chat_props.ts";
import { ReaderContext } from "./body_context.ts";
import { RoomOfFiles } from "./files/use_trays.ts";
import { DayLine, RoomStart } from "./LogLines.tsx";
import type { MessageActions } from "./message_actions.ts";
import { MessageRow } from "./MessageRow.tsx";
import { Page } from "./Page.tsx";
import { buildTimeline } from "./timeline.ts";
import { roomPath } from "./room_path.ts";

const NO_ACTIONS: MessageActions = {
  edit() {},
  cancelEdit() {},
  save() {},
  remove() {},
  retry() {},
  discard() {},
  hold() {},
};

/** One page of a room's past, with links to the next older and to the newest. */
export function OlderPage(
  { t, me, room, page, now }: ChatProps & { t: Translator },
): JSX.Element {
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
  return (
    <Page t={t} me={me.person}>
      <h1>
        <span class="hash" aria-hidden="true">#</span>
        <bdi>{room.name}</bdi>
      </h1>
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
              : <RoomStart name={room.name} empty={items.length === 0} />}
            {items.map((item) =>
              item.kind === "day"
                ? <DayLine key={item.id} at={item.at} now={now} />
                : item.kind === "message" && (
                  <MessageRow
                    {...item}
                    key={item.id}
                    change={undefined}
                    mine={false}
                    waiting={false}
                    editing={false}
                    actions={NO_ACTIONS}
                  />
                )
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
