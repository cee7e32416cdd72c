/** What one can do with a message, beside it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Message } from "../lib/protocol.ts";
import { CopyButton } from "./CopyButton.tsx";
import { Icon, type IconName } from "./icons.tsx";
import type { MessageActions, MessageRights } from "./message_actions.ts";
import { QuickReactions } from "./QuickReactions.tsx";
import { focusNow, ToolbarGroup } from "./ToolbarGroup.tsx";
import { useWords } from "./words.ts";

interface MessageToolbarProps {
  message: Message;
  /** What it says, with an edit that is under way. */
  body: string;
  mine: boolean;
  rights: MessageRights;
  actions: MessageActions;
}

/** React, reply and copy for everyone, the rest for whom it is allowed; delete after a second click. */
export function MessageToolbar(props: MessageToolbarProps): JSX.Element {
  const { message, body, mine, rights, actions } = props;
  const { id } = message;
  const t = useWords();
  const [mode, setMode] = useState<"all" | "deleting" | "reacting">("all");
  // The focus stays on the message while the buttons change.
  const back = () => {
    document.getElementById(`m-${id}`)?.focus({ preventScroll: true });
    setMode("all");
  };
  if (mode === "deleting") {
    return <ConfirmDelete onYes={() => actions.remove(id)} onNo={back} />;
  }
  if (mode === "reacting") {
    return (
      <QuickReactions message={message} actions={actions} onClose={back} />
    );
  }
  const link = () => new URL(actions.linkTo(message), location.href).href;
  const isPinned = message.pinnedAt !== undefined;
  return (
    <div
      class="toolbar"
      role="toolbar"
      aria-label={`${t("message.actions")}, ${t.moment(message.at)}`}
    >
      <ToolButton
        icon="smile"
        label={t("message.react")}
        onClick={() => setMode("reacting")}
      />
      <ToolButton
        icon="reply"
        label={t("message.reply")}
        onClick={() => actions.reply(id)}
      />
      {mine && (
        <ToolButton
          icon="pencil"
          label={t("message.edit")}
          onClick={() => actions.edit(id)}
        />
      )}
      {body !== "" && <CopyButton text={body} label={t("message.copy")} />}
      <CopyButton text={link} label={t("message.copy_link")} icon="link" />
      <ToolButton
        icon="unread"
        label={t("message.unread")}
        onClick={() => {
          actions.markUnread(message.seq);
          back();
        }}
      />
      {rights.pin && (
        <ToolButton
          icon="pin"
          label={t(isPinned ? "message.unpin" : "message.pin")}
          onClick={() => actions.pin(id, !isPinned)}
        />
      )}
      {(mine || rights.deleteOthers) && (
        <ToolButton
          icon="trash"
          danger
          label={t("message.delete")}
          onClick={() => setMode("deleting")}
        />
      )}
    </div>
  );
}

function ToolButton({ icon, label, danger = false, onClick }: {
  icon: IconName;
  label: string;
  danger?: boolean;
  onClick: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      class={danger ? "icon-button danger" : "icon-button"}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} size={16} />
    </button>
  );
}

function ConfirmDelete(
  { onYes, onNo }: { onYes: () => void; onNo: () => void },
): JSX.Element {
  const t = useWords();
  return (
    <ToolbarGroup label={t("message.confirm_delete")} asking onClose={onNo}>
      <span>{t("message.confirm_delete")}</span>
      <button
        type="button"
        class="button small danger"
        ref={focusNow}
        onClick={onYes}
      >
        {t("message.confirm_yes")}
      </button>
      <button type="button" class="button small" onClick={onNo}>
        {t("message.confirm_no")}
      </button>
    </ToolbarGroup>
  );
}
