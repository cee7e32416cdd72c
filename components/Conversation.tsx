/** A room: its header, messages and composer. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";
import type { PageOutbox } from "../lib/client/page_outbox.ts";
import type { RoomState } from "../lib/client/room_state.ts";
import { unsentIn } from "../lib/client/unsent.ts";
import type { Person } from "../lib/protocol.ts";
import { KeepNote, OwnerNote } from "./account/KeepNote.tsx";
import type { ChatProps, ShownRoom, Target } from "./chat_props.ts";
import { Composer } from "./Composer.tsx";
import { ConnectionBar } from "./ConnectionBar.tsx";
import { carryDraft } from "./drafts.ts";
import { excerptOf } from "./excerpt.ts";
import { LeftBehind } from "./LeftBehind.tsx";
import { LogSkeleton } from "./LogLines.tsx";
import { type LogControl, MessageLog } from "./MessageLog.tsx";
import { type MessageDialog, MessageDialogs } from "./MessageDialogs.tsx";
import { ArchivedNote, EndedPanel, GonePanel } from "./Panels.tsx";
import { RoomNames, usePeopleNames } from "./people_names.ts";
import { ReplyBar } from "./ReplyBar.tsx";
import { MutedNote, useMuted } from "./MutedNote.tsx";
import { RoomHeader } from "./RoomHeader.tsx";
import { roomMentionOf } from "./rooms/room_title.ts";
import { RoomNotice } from "./RoomNotice.tsx";
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
import { useEscape } from "./use_escape.ts";
import { useJump } from "./use_jump.ts";
import { useMessageActions } from "./use_message_actions.ts";
import type { LogPlace } from "./use_log_scroll.ts";
import { useNow } from "./use_now.ts";
import type { Pins } from "./use_pins.ts";
import { useReading } from "./use_reading.ts";
import { useReply } from "./use_reply.ts";
import { useRights } from "./use_rights.ts";
import { UnreadBar } from "./reading/UnreadBar.tsx";
import { useUnread } from "./reading/use_unread.ts";
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
  pins: Pins;
  pinsShown: boolean;
  /** The message to show, or null for where one was. */
  target: Target | null;
  /** Where one was in rooms seen before. */
  places: Map<string, LogPlace>;
  /** How much one is told of, in all rooms. */
  told: number;
  onBack: () => void;
  onSettings: () => void;
  /** The same, where one lets people in. */
  onInvite: () => void;
  onPeople: () => void;
  onPins: () => void;
  onSearch: () => void;
  onCloseDetails: () => void;
}

/** The middle column; made anew for each room. */
export function Conversation(given: ConversationProps): JSX.Element {
  const { props, client, room, me } = given;
  const t = useWords();
  const state = client.rooms.get(room.id);
  const now = useNow(props.now);
  const tray = given.trays.of(room.id);
  const held = useHeld(tray);
  const control = useRef<LogControl>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const reply = useReply(`${me.id}/${room.id}`);
  const [dialog, setDialog] = useState<MessageDialog | null>(null);
  const unread = useUnread(client, room, control);
  const { actions, editing } = useMessageActions(client, room, field, tray, {
    reply: (message) =>
      reply.choose({
        ...{ id: message.id, name: message.name },
        excerpt: excerptOf(message, t),
      }),
    unread: (seq) => unread.markUnread(seq),
    emoji: (message) => setDialog({ kind: "emoji", message }),
    versions: (message) => setDialog({ kind: "versions", message }),
  });
  const jump = useJump(client, room, given.target, control);
  const rights = useRights(client, room.id);
  const names = usePeopleNames(client, room.id);
  const toNewest = () => {
    jump.forget();
    control.current?.jump();
    if (location.search !== "") {
      history.replaceState(history.state, "", roomPath(room.slug));
    }
  };
  const onView = useReading(client, room.id);
  const { after: unreadAfter, marked } = unread;
  const items = useMemo(() =>
    state === undefined ? [] : buildTimeline({
      messages: state.messages,
      pending: [...state.pending, ...held],
      me,
      unreadAfter,
      marked,
      more: state.more,
      dayKey: t.dayKey,
    }), [
    state?.messages,
    state?.pending,
    held,
    state?.more,
    me,
    unreadAfter,
    marked,
    t,
  ]);
  const waiting = client.status !== "connected" &&
    client.status !== "connecting";
  useEffect(() => focusComposer(field.current), []);
  useEscape((target) => {
    if (target?.closest(".people")) return given.onCloseDetails();
    if (reply.target !== null) return reply.choose(null);
    unread.markRead();
    toNewest();
  });

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
            room={room}
            followed={given.followed}
            status={client.status}
            peopleShown={given.peopleShown}
            pins={{
              count: given.pins.messages.length,
              more: given.pins.more,
            }}
            pinsShown={given.pinsShown}
            onPins={given.onPins}
            told={given.told}
            onBack={given.onBack}
            onSettings={given.onSettings}
            onPeople={given.onPeople}
            onSearch={given.onSearch}
          />
          {state === undefined || !state.loaded
            ? <LogSkeleton />
            : (
              <RoomNames.Provider value={names}>
                <MessageLog
                  room={room}
                  places={given.places}
                  items={items}
                  changes={state.changes}
                  marks={state.marks}
                  original={(id) => state.original(id)}
                  marked={jump.marked}
                  rights={rights}
                  me={me}
                  waiting={waiting}
                  more={state.more}
                  olderHref={olderHref(room.slug, state)}
                  loadingOlder={state.loadingOlder}
                  editing={editing}
                  now={now}
                  actions={actions}
                  loadOlder={() => client.loadOlder(room.id).catch(() => {})}
                  onView={(view) => {
                    unread.onView(view);
                    onView(view);
                  }}
                  unreadBar={<UnreadBar unread={unread} />}
                  control={control}
                  onNewest={toNewest}
                  onInvite={given.onInvite}
                />
              </RoomNames.Provider>
            )}
          <RoomNotice
            jump={jump.state}
            undone={state?.undone ?? null}
            onClose={() => {
              jump.forget();
              client.forgetUndone(room.id);
            }}
          />
          <ConnectionBar
            status={client.status}
            retryAt={client.retryAt}
            isFull={client.isFull}
            unsent={state === undefined
              ? { messages: 0, changes: 0 }
              : unsentIn(state, held.length)}
            onTry={() => client.wake()}
          />
          {props.me.role === "guest" && state !== undefined &&
            client.status !== "ended" && (
            <KeepNote me={me} messages={state.messages} />
          )}
          {props.mustKeep && client.status !== "ended" && <OwnerNote />}
          <Foot
            {...given}
            state={state}
            field={field}
            reply={reply}
            onSend={(body) => {
              const parent = reply.target?.id;
              if (tray.files.length > 0) tray.send(body, parent);
              else client.post(room.id, body, parent ? { parent } : {});
              reply.choose(null);
              toNewest();
            }}
            onEditLast={() => {
              const last = state?.messages.findLast((message) =>
                message.author === me.id && !message.deleted && !message.kind
              );
              if (last === undefined) return;
              actions.edit(last.id);
              control.current?.reveal(last.id);
            }}
          />
          {dialog !== null && (
            <MessageDialogs
              room={room.id}
              open={dialog}
              onReact={(message, emoji) => actions.react(message, emoji, true)}
              onClose={() => setDialog(null)}
            />
          )}
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
  reply: ReturnType<typeof useReply>;
  onSend: (body: string) => void;
  onEditLast: () => void;
}

/** The composer, or why one can't write. */
function Foot(props: FootProps): JSX.Element {
  const t = useWords();
  const { client, room, state, field, me, reply } = props;
  const draftKey = `${me.id}/${room.id}`;
  const lastDraft = useRef("");
  const muted = useMuted((client.me ?? props.props.me).muted, props.props.now);
  if (field.current !== null) lastDraft.current = field.current.value;
  const kept = { draft: lastDraft.current, pending: state?.pending ?? [] };
  if (client.status === "ended") {
    carryDraft(draftKey, kept.draft);
    return <EndedPanel code={client.endedCode} slug={room.slug} {...kept} />;
  }
  if (state !== undefined && state.error !== null) {
    return <GonePanel code={state.error} {...kept} />;
  }
  if (room.archived) return <ArchivedNote />;
  if (muted) return <MutedNote muted={muted} />;
  const served = room.id === props.props.room.id;
  return (
    <div class="foot">
      <TypingLine people={client.typing(room.id)} />
      <LeftBehind outbox={props.outbox} />
      <StorageNote client={client} />
      <Composer
        slug={room.slug}
        roomName={roomMentionOf(room, t)}
        draftKey={draftKey}
        postId={props.props.postId}
        refused={served ? props.props.refused : null}
        field={field}
        head={reply.target !== null && (
          <ReplyBar
            target={reply.target}
            onCancel={() => {
              reply.choose(null);
              field.current?.focus();
            }}
          />
        )}
        onSend={props.onSend}
        onWriting={() => client.sendTyping(room.id)}
        onEditLast={props.onEditLast}
      />
    </div>
  );
}

function olderHref(slug: string, { messages }: RoomState): string {
  return `${roomPath(slug)}?before=${messages[0]?.seq ?? 1}`;
}
