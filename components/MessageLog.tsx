/** The messages of a room: a live region that scrolls. */
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { PendingRow } from "../lib/client/pending_rows.ts";
import type { Message, Person } from "../lib/protocol.ts";
import type { ShownRoom } from "./chat_props.ts";
import { Icon } from "./icons.tsx";
import { DayLine, EventLine, RoomStart, UnreadLine } from "./LogLines.tsx";
import type { MessageActions, MessageRights } from "./message_actions.ts";
import { MessageRow } from "./MessageRow.tsx";
import { markUnreadByKey, moveAmongMessages } from "./message_focus.ts";
import { TabStops, useAlive } from "./tab_stops.ts";
import type { TimelineItem } from "./timeline.ts";
import { type LogPlace, useLogScroll } from "./use_log_scroll.ts";
import { useWords } from "./words.ts";

/** How the page moves the log. */
export interface LogControl {
  /** Shows the newest message and stays there. */
  jump(): void;
  /** Shows a message that is held, or will be with the next change. */
  reveal(message: string): void;
  /** Whether the newest message is in view. */
  following: boolean;
}

/** What is in view. */
export interface LogView {
  following: boolean;
  /** Seq of the last message in view, 0 for none. */
  lastSeq: number;
  /** Whether the line above what is new is in view, or was scrolled past. */
  isLineSeen: boolean;
}

/** What the log shows and whom it tells. */
export interface MessageLogProps {
  room: ShownRoom;
  /** Where one was in rooms seen before. */
  places: Map<string, LogPlace>;
  items: readonly TimelineItem[];
  changes: ReadonlyMap<string, PendingRow>;
  marks: ReadonlyMap<string, readonly PendingRow[]>;
  /** A message that another one answers: see {@link RoomState.original}. */
  original: (id: string) => Message | null | undefined;
  /** The message that was looked for, or null. */
  marked: string | null;
  rights: MessageRights;
  me: Person;
  /** There is no connection: what is pending waits. */
  waiting: boolean;
  /** Whether there are older messages, and the address of a page with them. */
  more: boolean;
  olderHref: string;
  loadingOlder: boolean;
  editing: string | null;
  now: number;
  actions: Omit<MessageActions, "hold">;
  loadOlder: () => void;
  onView: (view: LogView) => void;
  control: RefObject<LogControl>;
  /** Back to the newest message. */
  onNewest: () => void;
  /** Opens where one lets people in. */
  onInvite: () => void;
  /** What lies over the upper end. */
  unreadBar: ComponentChildren;
}

/** The list of messages with its older and newer ends. */
export function MessageLog(props: MessageLogProps): JSX.Element {
  const t = useWords();
  const { items, control, actions } = props;
  const ids = useMemo(() => items.map((item) => item.id), [items]);
  const scroll = useLogScroll({
    room: props.room.id,
    places: props.places,
    ids,
    more: props.more && !props.loadingOlder,
    loadOlder: props.loadOlder,
    onView: () =>
      props.onView({
        following: scroll.following,
        lastSeq: lastSeqIn(scroll.box.current),
        isLineSeen: isLineIn(scroll.box.current),
      }),
  });
  useLayoutEffect(() => {
    const { jump, reveal, following } = scroll;
    control.current = { jump, reveal, following };
  });
  const hold = useRef(scroll.hold);
  hold.current = scroll.hold;
  const rowActions = useMemo<MessageActions>(
    () => ({ ...actions, hold: (element) => hold.current(element) }),
    [actions],
  );
  const alive = useAlive();
  const unseen = useUnseen(items, scroll.following, props.me.id);
  return (
    <div class="log-frame">
      <div
        ref={scroll.box}
        class="log"
        role="log"
        aria-label={t("room.messages")}
        // Further up, what scrolling loads is not news.
        aria-live={scroll.following ? "polite" : "off"}
        tabIndex={0}
        data-region
        onScroll={scroll.onScroll}
        onKeyDown={(event) => {
          moveAmongMessages(event);
          markUnreadByKey(event, actions);
        }}
      >
        <div ref={scroll.content} class="log-content">
          {scroll.start === 0 && <LogTop {...props} />}
          <TabStops value={!alive}>
            {items.slice(scroll.start, scroll.end).map((item) => (
              <Item
                key={item.id}
                item={item}
                log={props}
                actions={rowActions}
              />
            ))}
          </TabStops>
        </div>
      </div>
      {props.unreadBar}
      <div class="jump-zone" aria-live="polite">
        {!scroll.following && props.editing === null && (
          <button type="button" class="jump" onClick={props.onNewest}>
            <Icon name="down" size={16} />
            {unseen > 0
              ? t("room.new_below", { count: unseen })
              : t("room.jump")}
          </button>
        )}
      </div>
    </div>
  );
}

function LogTop(
  { more, olderHref, loadingOlder, loadOlder, room, items, onInvite }:
    MessageLogProps,
): JSX.Element {
  const t = useWords();
  const empty = items.length === 0;
  if (!more) return <RoomStart room={room} empty={empty} onInvite={onInvite} />;
  return (
    <p class="older">
      <a
        href={olderHref}
        onClick={(event) => {
          event.preventDefault();
          loadOlder();
        }}
      >
        {t(loadingOlder ? "room.loading_older" : "room.older")}
      </a>
    </p>
  );
}

function Item({ item, log, actions }: {
  item: TimelineItem;
  log: MessageLogProps;
  actions: MessageActions;
}): JSX.Element {
  if (item.kind === "day") return <DayLine at={item.at} now={log.now} />;
  if (item.kind === "unread") return <UnreadLine />;
  if (item.kind === "event") return <EventLine event={item.event} />;
  const { id, author, name, picture, at, first, message, pending } = item;
  const parent = message?.parent ?? pending?.parent;
  return (
    <MessageRow
      id={id}
      author={author}
      name={name}
      picture={picture}
      at={at}
      first={first}
      message={message}
      pending={pending}
      change={log.changes.get(id)}
      marks={log.marks.get(id)}
      original={parent === undefined ? undefined : log.original(parent)}
      marked={log.marked === id}
      rights={log.rights}
      mine={author === log.me.id}
      waiting={log.waiting}
      editing={log.editing === id}
      actions={actions}
    />
  );
}

/** How many messages of others came since the newest was in view. */
function useUnseen(
  items: readonly TimelineItem[],
  following: boolean,
  me: string,
): number {
  const seen = useRef<number | null>(null);
  const seqs = items.flatMap((item) =>
    item.kind === "message" && item.message !== null && item.author !== me
      ? [item.message.seq]
      : []
  );
  // Where one comes back to an earlier place, what is there already is not new.
  if (following || seen.current === null) seen.current = seqs.at(-1) ?? 0;
  const last = seen.current;
  return seqs.filter((seq) => seq > last).length;
}

/** Not further up, nor where what is new begins further up than what is held. */
function isLineIn(box: HTMLElement | null): boolean {
  const line = box?.querySelector(".unread");
  if (!box || !line) return false;
  return line.getBoundingClientRect().top >= box.getBoundingClientRect().top;
}

function lastSeqIn(box: HTMLElement | null): number {
  if (box === null) return 0;
  const edge = box.getBoundingClientRect().bottom;
  const rows = box.querySelectorAll<HTMLElement>("article[data-seq]");
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!;
    if (row.getBoundingClientRect().top < edge) return Number(row.dataset.seq);
  }
  return 0;
}
