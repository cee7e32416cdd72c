/** What one chose about notifications, on this device: their permission is the browser's, too. */
import {
  type NoticeSettings,
  USUAL_NOTICES,
} from "../../lib/client/telling.ts";

const KEY = "atoll.notices";

/** What was chosen; what is usual where nothing was, or nothing can be kept. */
export function noticeSettings(): NoticeSettings {
  try {
    return { ...USUAL_NOTICES, ...JSON.parse(localStorage.getItem(KEY) ?? "") };
  } catch {
    return USUAL_NOTICES;
  }
}

/** Keeps what was chosen, for all tabs. */
export function keepNoticeSettings(settings: NoticeSettings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Without storage it holds for this page, which is all there is.
  }
}

/** Why there can be no notifications, or whether there can. */
export type NoticeAbility =
  | "insecure"
  | "unsupported"
  | "denied"
  | "ask"
  | "able";

/** What the browser allows. */
export function noticeAbility(): NoticeAbility {
  if (!globalThis.isSecureContext) return "insecure";
  if (!("Notification" in globalThis) || !navigator.locks) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return Notification.permission === "granted" ? "able" : "ask";
}
