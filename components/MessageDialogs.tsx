/** What opens over the page for one message. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { EmojiPicker } from "./emoji/EmojiPicker.tsx";
import { Modal } from "./Modal.tsx";
import type { VersionsDialogProps } from "./VersionsDialog.tsx";
import { useWords } from "./words.ts";

/** What is open, for which message. */
export interface MessageDialog {
  kind: "emoji" | "versions";
  message: string;
}

/** Chooses a reaction, or shows what was said before; then the focus is on the message. */
export function MessageDialogs({ room, open, onReact, onClose }: {
  room: string;
  open: MessageDialog;
  onReact: (message: string, emoji: string) => void;
  onClose: () => void;
}): JSX.Element {
  const t = useWords();
  const { kind, message } = open;
  useEffect(() => () =>
    // Once the dialog is gone: as long as it is there, nothing else takes the focus.
    queueMicrotask(() => {
      document.getElementById(`m-${message}`)?.focus({ preventScroll: true });
    }), [message]);
  if (kind === "versions") {
    return <LazyVersions room={room} message={message} onClose={onClose} />;
  }
  return (
    <Modal id="react-title" title={t("message.react")} onClose={onClose}>
      <EmojiPicker
        onPick={(emoji) => {
          onReact(message, emoji);
          onClose();
        }}
        onClose={onClose}
      />
    </Modal>
  );
}

type View = (props: VersionsDialogProps) => JSX.Element;

/** Few look at them: their code is loaded for those who do. */
function LazyVersions(props: VersionsDialogProps): JSX.Element | null {
  const [loaded, setLoaded] = useState<{ View: View } | null>(null);
  useEffect(() => {
    import("./VersionsDialog.tsx").then(
      ({ VersionsDialog }) => setLoaded({ View: VersionsDialog }),
      props.onClose,
    );
  }, []);
  return loaded && <loaded.View {...props} />;
}
