/** Reading the keyboard as people mean it. */

/** Whether the key belongs to an input method that is composing (229 on old ones). */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Whether this key alone was pressed, whatever the case. */
export function isPlainKey(event: KeyboardEvent, key: string): boolean {
  const { altKey, ctrlKey, metaKey, shiftKey } = event;
  return !altKey && !ctrlKey && !metaKey && !shiftKey && !event.isComposing &&
    event.key.toLowerCase() === key;
}

/** Whether Ctrl, or Cmd on a Mac, is held without Alt. */
export function hasCommand(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.altKey;
}
