/** Copies a text and says so for a moment. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon, type IconName } from "./icons.tsx";
import { useTabIndex } from "./tab_stops.ts";
import { useWords } from "./words.ts";

/** A button that copies `text`, which may be made at the click; `label` is its name. */
export function CopyButton({ text, label, icon = "copy" }: {
  text: string | (() => string);
  label: string;
  icon?: IconName;
}): JSX.Element {
  const t = useWords();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const name = copied ? t("message.copied") : label;
  return (
    <button
      type="button"
      class="icon-button needs-script"
      tabIndex={useTabIndex()}
      aria-label={name}
      title={name}
      onClick={async () =>
        setCopied(await copyText(typeof text === "string" ? text : text()))}
    >
      <Icon name={copied ? "check" : icon} size={16} />
    </button>
  );
}

/** Copies to the clipboard; on plain HTTP, where the API is missing, the old way. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}
