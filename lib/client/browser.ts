/** What ties a {@link ChatClient} to a page. */
import type { ChatClient, SessionCheck } from "./chat_client.ts";

/**
 * The WebSocket's address on the page's own host. It names the person, since
 * another one may have entered in another tab: what one wrote is not sent as
 * somebody else (C1).
 */
export function socketUrl(
  person: string,
  page: { href: string } = location,
): string {
  const url = new URL("/api/ws", page.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("person", person);
  return url.href;
}

/** Asks the server whether it still is this person's session (C3). */
export async function checkSession(person: string): Promise<SessionCheck> {
  try {
    const response = await fetch("/api/session", { cache: "no-store" });
    // 403 is for whoever was banned.
    if (response.status === 401 || response.status === 403) return "ended";
    if (!response.ok) return "unreachable";
    const session = await response.json();
    if (session.person.id !== person) return "ended";
    return session.full ? "full" : "valid";
  } catch {
    return "unreachable";
  }
}

/** Tells the client when the network or the page comes and goes; returns what ends it. */
export function watchPage(client: ChatClient): () => void {
  const online = () => client.setOnline(true);
  const offline = () => client.setOnline(false);
  const shown = () => {
    if (document.visibilityState === "visible") client.wake();
    else client.flush();
  };
  const events: [EventTarget, string, () => void][] = [
    [globalThis, "online", online],
    [globalThis, "offline", offline],
    [globalThis, "pageshow", shown],
    [globalThis, "pagehide", () => client.leave()],
    [document, "visibilitychange", shown],
  ];
  for (const [target, type, run] of events) target.addEventListener(type, run);
  if (!navigator.onLine) offline();
  return () => {
    for (const [target, type, run] of events) {
      target.removeEventListener(type, run);
    }
  };
}
