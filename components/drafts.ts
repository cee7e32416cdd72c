/** What was typed but not sent, kept in the browser; nothing breaks without storage. */
const PREFIX = "atoll.draft.";

/** Of a longer text only the beginning is kept: nobody typed it, and storage is small and slow. */
const MOST_CHARACTERS = 40_000;

/** The draft kept under a key, or an empty text. */
export function readDraft(key: string): string {
  return read(localStore(), key) || take(sessionStore(), roomOf(key));
}

/** Keeps a draft; an empty one is forgotten. */
export function keepDraft(key: string, text: string): void {
  write(localStore(), key, text);
}

/** Hands a draft to whoever enters next in this tab, under another name even. */
export function carryDraft(key: string, text: string): void {
  write(sessionStore(), roomOf(key), text);
}

/** Keys are `<person>/<room>`. */
function roomOf(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}

function take(store: Storage | null, key: string): string {
  const text = read(store, key);
  write(store, key, "");
  return text;
}

function read(store: Storage | null, key: string): string {
  try {
    return store?.getItem(PREFIX + key) ?? "";
  } catch {
    return "";
  }
}

function write(store: Storage | null, key: string, text: string): void {
  try {
    if (text === "") store?.removeItem(PREFIX + key);
    else store?.setItem(PREFIX + key, text.slice(0, MOST_CHARACTERS));
  } catch {
    // Full or forbidden: the draft lives as long as the page.
  }
}

function localStore(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

function sessionStore(): Storage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}
