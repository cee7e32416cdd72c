/** The usual reactions, in the place of a message's toolbar. */
import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import type { Message } from "../lib/protocol.ts";
import { ReaderContext } from "./body_context.ts";
import { Icon } from "./icons.tsx";
import type { MessageActions } from "./message_actions.ts";
import { focusNow, ToolbarGroup } from "./ToolbarGroup.tsx";
import { useWords } from "./words.ts";

const USUAL = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

/** Six emoji and the way to all others; a click on one's own takes it back. */
export function QuickReactions({ message, actions, onClose }: {
  message: Message;
  actions: MessageActions;
  onClose: () => void;
}): JSX.Element {
  const t = useWords();
  const { me } = useContext(ReaderContext);
  const isOwn = (emoji: string) =>
    me !== null && (message.reactions?.[emoji]?.includes(me) ?? false);
  return (
    <ToolbarGroup label={t("message.react")} onClose={onClose}>
      {USUAL.map((emoji, index) => (
        <button
          key={emoji}
          ref={index === 0 ? focusNow : null}
          type="button"
          class="icon-button"
          aria-label={t("message.react_with", { emoji })}
          aria-pressed={isOwn(emoji) ? "true" : "false"}
          onClick={() => {
            actions.react(message.id, emoji, !isOwn(emoji));
            onClose();
          }}
        >
          {emoji}
        </button>
      ))}
      <button
        type="button"
        class="icon-button"
        aria-label={t("message.react_more")}
        title={t("message.react_more")}
        onClick={() => {
          onClose();
          actions.chooseReaction(message.id);
        }}
      >
        <Icon name="plus" size={16} />
      </button>
    </ToolbarGroup>
  );
}
