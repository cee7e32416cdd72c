/** Reading the keyboard as people mean it. */

/** Whether the key belongs to an input method that is composing (229 on old ones). */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Whether Ctrl, or Cmd on a Mac, is held without Alt. */
export function hasCommand(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.altKey;
}
