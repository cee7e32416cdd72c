/** The list of keyboard shortcuts. */
import type { JSX } from "preact";
import type { TextKey } from "../lib/translate.ts";
import { Modal } from "./Modal.tsx";
import { useWords } from "./words.ts";

const LIST: readonly (readonly [TextKey, string])[] = [
  ["shortcuts.send", "Enter"],
  ["shortcuts.newline", "Shift+Enter"],
  ["shortcuts.edit_last", "↑"],
  ["shortcuts.reply", "R"],
  ["shortcuts.bold", "Mod+B"],
  ["shortcuts.italic", "Mod+I"],
  ["shortcuts.strike", "Mod+Shift+X"],
  ["shortcuts.code", "Mod+E"],
  ["shortcuts.complete", "@ # :"],
  ["shortcuts.rooms", "Alt+↑ Alt+↓"],
  ["shortcuts.unread", "Alt+Shift+↑ Alt+Shift+↓"],
  ["shortcuts.mark_unread", "U"],
  ["shortcuts.switch", "Mod+K"],
  ["shortcuts.search", "/ Mod+Shift+F"],
  ["shortcuts.list", "Mod+/"],
  ["shortcuts.regions", "F6"],
  ["shortcuts.close", "Esc"],
];

/** All shortcuts with what they do. */
export function Shortcuts({ onClose }: { onClose: () => void }): JSX.Element {
  const t = useWords();
  const mod = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";
  return (
    <Modal id="shortcuts-title" title={t("shortcuts.title")} onClose={onClose}>
      <dl class="shortcuts">
        {LIST.map(([key, keys]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>
              {keys.split(" ").map((one) => (
                <kbd key={one}>{one.replace("Mod", mod)}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
