/** What can be done to a message: the same object for a room's whole life. */
export interface MessageActions {
  /** Opens the editor in place of the body. */
  edit(message: string): void;
  /** Closes the editor without a change. */
  cancelEdit(): void;
  /** Gives the message the new body and closes the editor. */
  save(message: string, body: string): void;
  /** Deletes the message for everyone. */
  remove(message: string): void;
  /** Sends a refused post, edit or delete again. */
  retry(row: string): void;
  /** Gives up a post, edit or delete that is not in the log. */
  discard(row: string): void;
  /** Keeps this element where it is on screen while the list around it changes. */
  hold(element: Element): void;
}
