/** One message: who, when, what, and what became of it. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { PendingRow } from "../lib/client/pending_rows.ts";
import type { Message } from "../lib/protocol.ts";
import { Avatar } from "./Avatar.tsx";
import { HeldFiles } from "./files/FileChips.tsx";
import { MessageFiles } from "./files/MessageFiles.tsx";
import { FoldedBody } from "./FoldedBody.tsx";
import { memo } from "./memo.ts";
import type { MessageActions } from "./message_actions.ts";
import { MessageEditor } from "./MessageEditor.tsx";
import { MessageNote } from "./MessageNote.tsx";
import { MessageToolbar } from "./MessageToolbar.tsx";
import { useLongPress } from "./use_long_press.ts";
import { TabStops, useInReach } from "./tab_stops.ts";
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
  const t = useWords();
  const row = useRef<HTMLElement>(null);
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const inReach = useInReach();
  const longPress = useLongPress(() => setHovered(true));
  const state = stateOf(pending, change);
  const canAct = pending === null && !isGone(props) && !editing;
  return (
    <article
      ref={row}
      id={`m-${id}`}
      class={`message${first ? " first" : ""}${state}`}
      aria-labelledby={`a-${id} b-${id}`}
      data-id={id}
      data-seq={props.message?.seq}
      tabIndex={-1}
      onMouseEnter={() => setHovered(true)}
      onMouseLeave={() => setHovered(false)}
      onFocusIn={() => setFocused(true)}
      onFocusOut={(event) => {
        const next = event.relatedTarget as Node | null;
        if (!row.current?.contains(next)) setFocused(false);
      }}
      {...longPress}
    >
      {first
        ? <Avatar id={author} name={name} picture={props.picture} />
        : <SideTime at={props.at} />}
      <div class="content">
        <div class={first ? "who" : "visually-hidden"}>
          <bdi class="author" id={`a-${id}`}>{shownName(name, t)}</bdi>
          {first && <Time at={props.at} />}
        </div>
        <div id={`b-${id}`}>
          <TabStops value={inReach || focused}>
            {editing
              ? <MessageEditor id={id} body={bodyOf(props)} actions={actions} />
              : <Said {...props} />}
          </TabStops>
        </div>
        <MessageNote {...props} />
      </div>
      {(hovered || focused) && canAct && (
        <TabStops value>
          <MessageToolbar
            id={id}
            at={props.at}
            body={bodyOf(props)}
            mine={props.mine}
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
  return (
    <>
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
        <span
          class="edited"
          title={t("message.edited_at", { when: t.moment(message.editedAt) })}
        >
          {t("message.edited")}
        </span>
      )}
    </>
  );
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
  return row === undefined || row === null ? "" : ` ${row.state}`;
}
