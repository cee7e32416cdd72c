/** One message: who, when, what, and what became of it. */
import type { JSX } from "preact";
import { useContext, useMemo, useRef, useState } from "preact/hooks";
import { withMarks } from "../lib/client/message_fold.ts";
import type { PendingRow } from "../lib/client/pending_rows.ts";
import type { Message } from "../lib/protocol.ts";
import { Avatar } from "./Avatar.tsx";
import { ReaderContext } from "./body_context.ts";
import { HeldFiles, HeldNote } from "./files/FileChips.tsx";
import { MessageFiles } from "./files/MessageFiles.tsx";
import { FoldedBody } from "./FoldedBody.tsx";
import { Icon } from "./icons.tsx";
import { memo } from "./memo.ts";
import type { MessageActions, MessageRights } from "./message_actions.ts";
import { MessageEditor } from "./MessageEditor.tsx";
import { MessageNote } from "./MessageNote.tsx";
import { MessageToolbar } from "./MessageToolbar.tsx";
import { PersonButton } from "./person/PersonButton.tsx";
import { Quote } from "./Quote.tsx";
import { Reactions } from "./Reactions.tsx";
import { useLongPress } from "./use_long_press.ts";
import { TabStops, useAlive, useInReach, useTabIndex } from "./tab_stops.ts";
import { shownName } from "./person_name.ts";
import { useWords } from "./words.ts";

/** What a row shows; every value stays the same while nothing changes. */
export interface MessageRowProps {
  id: string;
  author: string;
  name: string;
  /** Hash of the author's picture, when there is one. */
  picture: string | undefined;
  at: number;
  /** Starts a group: shows who and when. */
  first: boolean;
  /** Null while the log doesn't show it yet. */
  message: Message | null;
  /** One's own post on its way, or refused. */
  pending: PendingRow | null;
  /** One's own edit or delete of it on its way, or refused. */
  change: PendingRow | undefined;
  /** One's own reactions and pins of it on their way. */
  marks: readonly PendingRow[] | undefined;
  /** The message that it answers; null for none any more, undefined while unknown. */
  original: Message | null | undefined;
  /** It is the one that was looked for. */
  marked: boolean;
  rights: MessageRights;
  mine: boolean;
  /** There is no connection: what is pending waits. */
  waiting: boolean;
  editing: boolean;
  actions: MessageActions;
}

/** A message in the log. */
export const MessageRow = memo(function MessageRow(
  props: MessageRowProps,
): JSX.Element {
  const { id, author, name, first, pending, change, editing, actions } = props;
  const { me } = useContext(ReaderContext);
  const message = useMarked(props, me);
  const t = useWords();
  const row = useRef<HTMLElement>(null);
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const inReach = useInReach();
  const longPress = useLongPress(() =>
    row.current?.focus({ preventScroll: true })
  );
  const state = stateOf(pending, change);
  // What happened to the room itself is nobody's to change.
  const canAct = message !== null && message.kind === undefined &&
    !isGone(props) && !editing;
  const classes = [
    "message",
    first && "first",
    props.marked && "marked",
    me !== null && !props.mine && isMentioned(message, me) && "mentions-me",
    state,
  ];
  return (
    <article
      ref={row}
      id={`m-${id}`}
      class={classes.filter(Boolean).join(" ")}
      aria-labelledby={`a-${id} b-${id}`}
      data-id={id}
      data-seq={props.message?.seq}
      tabIndex={-1}
      // A finger hovers over nothing: what would appear under it costs iOS its tap.
      onPointerEnter={({ pointerType }) => setHovered(pointerType === "mouse")}
      onPointerLeave={() => setHovered(false)}
      onFocusIn={() => setFocused(true)}
      onFocusOut={(event) => {
        const next = event.relatedTarget as Node | null;
        if (!row.current?.contains(next)) setFocused(false);
      }}
      onKeyDown={(event) => {
        if (event.target !== row.current || !canAct || hasModifier(event)) {
          return;
        }
        if (event.key.toLowerCase() !== "r") return;
        event.preventDefault();
        actions.reply(id);
      }}
      {...longPress}
    >
      {first
        ? <Avatar id={author} name={name} picture={props.picture} />
        : <SideTime at={props.at} />}
      <div class="content">
        <div class={first ? "who" : "visually-hidden"}>
          {first
            ? (
              <TabStops value={inReach || focused}>
                <PersonButton person={author} class="author" id={`a-${id}`}>
                  {shownName(name, t)}
                </PersonButton>
              </TabStops>
            )
            : <bdi class="author" id={`a-${id}`}>{shownName(name, t)}</bdi>}
          {first && <Time at={props.at} />}
        </div>
        <div id={`b-${id}`}>
          <TabStops value={inReach || focused}>
            {editing
              ? <MessageEditor id={id} body={bodyOf(props)} actions={actions} />
              : <Said {...props} message={message} />}
          </TabStops>
        </div>
        {message?.reactions !== undefined && !isGone(props) && (
          <TabStops value={inReach || focused}>
            <Reactions
              id={id}
              reactions={message.reactions}
              actions={actions}
            />
          </TabStops>
        )}
        {pending !== null && (
          <HeldNote
            post={pending.id}
            waiting={props.waiting}
            onDiscard={() => actions.discard(pending.id)}
          />
        )}
        <MessageNote {...props} />
      </div>
      {(hovered || focused) && canAct && (
        <TabStops value>
          <MessageToolbar
            message={message}
            body={bodyOf(props)}
            mine={props.mine}
            rights={props.rights}
            actions={actions}
          />
        </TabStops>
      )}
    </article>
  );
});

function Said(props: MessageRowProps): JSX.Element {
  const t = useWords();
  if (isGone(props)) return <p class="deleted">{t("message.deleted")}</p>;
  const { message, pending, actions } = props;
  const body = bodyOf(props);
  const files = message === null ? pending?.files : message.files;
  const parent = message?.parent ?? pending?.parent;
  return (
    <>
      {parent !== undefined && (
        <Quote id={parent} original={props.original} actions={actions} />
      )}
      {message?.pinnedAt !== undefined && (
        <p class="pinned">
          <Icon name="pin" size={12} />
          {t("message.pinned")}
        </p>
      )}
      {body !== "" && (
        <FoldedBody
          body={body}
          mentions={message?.mentions}
          hold={actions.hold}
        />
      )}
      {files !== undefined && files.length > 0 && (
        <MessageFiles files={files} pending={message === null} />
      )}
      {pending !== null && <HeldFiles post={pending.id} />}
      {message?.editedAt !== undefined && (
        <Edited id={props.id} at={message.editedAt} actions={actions} />
      )}
    </>
  );
}

/** Says that it was edited; leads to what it said before. */
function Edited({ id, at, actions }: {
  id: string;
  at: number;
  actions: MessageActions;
}): JSX.Element {
  const t = useWords();
  const tabIndex = useTabIndex();
  const alive = useAlive();
  const title = t("message.edited_at", { when: t.moment(at) });
  const text = t("message.edited");
  // Without scripts there is nothing to press.
  if (!alive) return <span class="edited" title={title}>{text}</span>;
  return (
    <button
      type="button"
      class="edited"
      title={title}
      aria-haspopup="dialog"
      tabIndex={tabIndex}
      onClick={() => actions.showVersions(id)}
    >
      {text}
    </button>
  );
}

/** The message with what one just did to it; the same object while nothing changes. */
function useMarked(
  { message, marks }: MessageRowProps,
  me: string | null,
): Message | null {
  return useMemo(
    () =>
      message === null || marks === undefined || me === null
        ? message
        : withMarks(message, marks, me),
    [message, marks, me],
  );
}

function isMentioned(message: Message | null, me: string): boolean {
  return message?.mentions?.some(({ id }) => id === me || id === "here") ??
    false;
}

function hasModifier(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}

function Time({ at }: { at: number }): JSX.Element {
  const t = useWords();
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={t.moment(at)}
      aria-hidden="true"
    >
      {t.time(at)}
    </time>
  );
}

function SideTime({ at }: { at: number }): JSX.Element {
  return (
    <span class="side-time">
      <Time at={at} />
    </span>
  );
}

function bodyOf({ message, pending, change }: MessageRowProps): string {
  if (change?.kind === "edit" && change.state === "pending") return change.body;
  return message?.body ?? pending?.body ?? "";
}

function isGone({ message, change }: MessageRowProps): boolean {
  return message?.deleted === true ||
    (change?.kind === "delete" && change.state === "pending");
}

function stateOf(pending: PendingRow | null, change?: PendingRow): string {
  const row = pending ?? change;
  return row?.state ?? "";
}
