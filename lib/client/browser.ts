/** What ties a {@link ChatClient} to a page. */
import type { ChatClient, SessionCheck } from "./chat_client.ts";

/** The WebSocket's address on the page's own host. */
export function socketUrl(page: { href: string } = location): string {
  const url = new URL("/api/ws", page.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** Asks the server whether the session still counts (C3). */
export async function checkSession(): Promise<SessionCheck> {
  try {
    const response = await fetch("/api/session", { cache: "no-store" });
    await response.body?.cancel();
    if (response.status === 401) return "ended";
    return response.ok ? "valid" : "unreachable";
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
