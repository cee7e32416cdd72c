/** A room: its header, messages and composer. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";
import type { PageOutbox } from "../lib/client/page_outbox.ts";
import type { RoomState } from "../lib/client/room_state.ts";
import type { Person } from "../lib/protocol.ts";
import { KeepNote } from "./account/KeepNote.tsx";
import type { ChatProps, ShownRoom } from "./chat_props.ts";
import { Composer } from "./Composer.tsx";
import { ConnectionBar } from "./ConnectionBar.tsx";
import { carryDraft } from "./drafts.ts";
import { LeftBehind } from "./LeftBehind.tsx";
import { LogSkeleton } from "./LogLines.tsx";
import { type LogControl, MessageLog } from "./MessageLog.tsx";
import { EndedPanel, GonePanel } from "./Panels.tsx";
import { RoomHeader } from "./RoomHeader.tsx";
import { StorageNote } from "./StorageNote.tsx";
import { DropZone } from "./files/DropZone.tsx";
import {
  RoomOfFiles,
  RoomTray,
  type Trays,
  useHeld,
} from "./files/use_trays.ts";
import { buildTimeline } from "./timeline.ts";
import { TypingLine } from "./TypingLine.tsx";
import { useMessageActions } from "./use_message_actions.ts";
import type { LogPlace } from "./use_log_scroll.ts";
import { useNow } from "./use_now.ts";
import { useReading } from "./use_reading.ts";
import { useUnreadLine } from "./use_unread_line.ts";
import { useWords } from "./words.ts";
import { roomPath } from "./room_path.ts";

/** What the conversation shows and whom it tells. */
export interface ConversationProps {
  props: ChatProps;
  client: ChatClient;
  outbox: PageOutbox | null;
  trays: Trays;
  room: ShownRoom;
  me: Person;
  followed: boolean;
  peopleShown: boolean;
  /** Where one was in rooms seen before. */
  places: Map<string, LogPlace>;
  onBack: () => void;
  onPeople: () => void;
  onSearch: () => void;
}

/** The middle column; made anew for each room. */
export function Conversation(given: ConversationProps): JSX.Element {
  const { props, client, room, me } = given;
  const t = useWords();
  const state = client.rooms.get(room.id);
  const now = useNow(props.now);
  const tray = given.trays.of(room.id, `${me.id}/${room.id}`);
  const held = useHeld(tray);
  const control = useRef<LogControl>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const { actions, editing } = useMessageActions(
    client,
    room.id,
    field,
    tray,
  );
  const onView = useReading(client, room.id);
  const unreadAfter = useUnreadLine(client, room.id);
  const items = useMemo(() =>
    state === undefined ? [] : buildTimeline({
      messages: state.messages,
      pending: [...state.pending, ...held],
      me,
      unreadAfter,
      more: state.more,
      dayKey: t.dayKey,
    }), [
    state?.messages,
    state?.pending,
    held,
    state?.more,
    me,
    unreadAfter,
    t,
  ]);
  const waiting = client.status !== "connected" &&
    client.status !== "connecting";
  const pending = state?.pending ?? [];
  useEffect(() => focusComposer(field.current), []);

  return (
    <RoomTray.Provider value={tray}>
      <RoomOfFiles.Provider value={room.id}>
        <main id="talk" class="talk" tabIndex={-1}>
          <DropZone
            onFiles={(files) => {
              tray.add(files);
              field.current?.focus();
            }}
          />
          <RoomHeader
            name={room.name}
            slug={room.slug}
            followed={given.followed}
            status={client.status}
            peopleShown={given.peopleShown}
            onBack={given.onBack}
            onPeople={given.onPeople}
            onSearch={given.onSearch}
          />
          {state === undefined || !state.loaded ? <LogSkeleton /> : (
            <MessageLog
              room={room}
              places={given.places}
              items={items}
              changes={state.changes}
              me={me}
              waiting={waiting}
              more={state.more}
              olderHref={olderHref(room.slug, state)}
              loadingOlder={state.loadingOlder}
              editing={editing}
              now={now}
              actions={actions}
              loadOlder={() => client.loadOlder(room.id).catch(() => {})}
              onView={onView}
              control={control}
            />
          )}
          <ConnectionBar
            status={client.status}
            retryAt={client.retryAt}
            unsent={pending.length}
            onTry={() => client.wake()}
          />
          {props.me.role === "guest" && state !== undefined && (
            <KeepNote me={me} messages={state.messages} />
          )}
          <Foot
            {...given}
            state={state}
            field={field}
            onSend={(body) => {
              if (tray.files.length > 0) tray.send(body);
              else client.post(room.id, body);
              control.current?.jump();
            }}
            onEditLast={() => {
              const last = state?.messages.findLast((message) =>
                message.author === me.id && !message.deleted
              );
              if (last !== undefined) actions.edit(last.id);
            }}
            onEscape={() => control.current?.jump()}
          />
        </main>
      </RoomOfFiles.Provider>
    </RoomTray.Provider>
  );
}

/** Ready to write, where that opens no keyboard over the page. */
function focusComposer(field: HTMLTextAreaElement | null): void {
  const { activeElement } = document;
  const elsewhere = activeElement !== null &&
    activeElement !== document.body && !activeElement.closest(".room-list");
  if (field === null || elsewhere || !matchMedia("(hover: hover)").matches) {
    return;
  }
  field.focus({ preventScroll: true });
}

interface FootProps extends ConversationProps {
  state: RoomState | undefined;
  field: { current: HTMLTextAreaElement | null };
  onSend: (body: string) => void;
  onEditLast: () => void;
  onEscape: () => void;
}

/** The composer, or why one can't write. */
function Foot(props: FootProps): JSX.Element {
  const { client, room, state, field, me } = props;
  const draftKey = `${me.id}/${room.id}`;
  const lastDraft = useRef("");
  if (field.current !== null) lastDraft.current = field.current.value;
  const kept = { draft: lastDraft.current, pending: state?.pending ?? [] };
  if (client.status === "ended") {
    carryDraft(draftKey, kept.draft);
    return <EndedPanel code={client.endedCode} slug={room.slug} {...kept} />;
  }
  if (state !== undefined && state.error !== null) {
    return <GonePanel {...kept} />;
  }
  const served = room.id === props.props.room.id;
  return (
    <div class="foot">
      <TypingLine people={client.typing(room.id)} />
      <LeftBehind outbox={props.outbox} />
      <StorageNote client={client} />
      <Composer
        slug={room.slug}
        roomName={room.name}
        draftKey={draftKey}
        postId={props.props.postId}
        refused={served ? props.props.refused : null}
        field={field}
        onSend={props.onSend}
        onWriting={() => client.sendTyping(room.id)}
        onEditLast={props.onEditLast}
        onEscape={props.onEscape}
      />
    </div>
  );
}

function olderHref(slug: string, { messages }: RoomState): string {
  return `${roomPath(slug)}?before=${messages[0]?.seq ?? 1}`;
}
