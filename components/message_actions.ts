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
  /** Reacts to the message, or takes that back. */
  react(message: string, emoji: string, on: boolean): void;
  /** Lets one choose from all emoji to react with. */
  chooseReaction(message: string): void;
  /** Pins the message, or ends that. */
  pin(message: string, on: boolean): void;
  /** Marks the room as unread from the message at `seq` on. */
  markUnread(seq: number): void;
  /** What one writes next answers the message. */
  reply(message: string): void;
  /** Shows what the message said before. */
  showVersions(message: string): void;
  /** Looks up a message that another one answers, to be shown there. */
  lookUp(message: string): void;
  /** Address at which the message is shown in its room. */
  linkTo(message: { id: string; seq?: number }): string;
  /** Sends a refused post, edit or delete again. */
  retry(row: string): void;
  /** Gives up a post, edit or delete that is not in the log. */
  discard(row: string): void;
  /** Keeps this element where it is on screen while the list around it changes. */
  hold(element: Element): void;
}

/** What one may do to messages of others; the same object while unchanged. */
export interface MessageRights {
  pin: boolean;
  deleteOthers: boolean;
}

/** Where nothing is known of one's rights, or nothing can be done. */
export const NO_RIGHTS: MessageRights = { pin: false, deleteOthers: false };
