/**
 * Notifications on the desktop. Of all tabs of a person one shows them: the one
 * that holds a lock, which the browser gives to another when it goes. A tab
 * that is being looked at holds another lock, and then none shows anything.
 */
import type { ChatClient } from "../../lib/client/chat_client.ts";
import {
  mayTell,
  type News,
  newsSince,
  toldMessages,
} from "../../lib/client/telling.ts";
import type { FollowedRoom, Message } from "../../lib/protocol.ts";
import { messagePath } from "../room_path.ts";
import { noticeSettings } from "./notice_settings.ts";

/** What notifications say and where they lead. */
export interface NotifierOptions {
  client: ChatClient;
  /** Whose they are: their id. */
  me: string;
  /** The first line: who, and in which room. */
  title: (message: Message, room: FollowedRoom) => string;
  /** What the message says, in a line. */
  text: (message: Message) => string;
  /** Shows a message, by its address. */
  open: (path: string) => void;
}

/** Of one room at most this many at once: the newest. */
const AT_ONCE = 3;

interface Shown {
  room: string;
  seq: number;
  notification: Notification;
}

/** Tells of what comes from now on; returns what ends that. */
export function startNotifier(options: NotifierOptions): () => void {
  const { client, me } = options;
  const names = { leads: `atoll-notices/${me}`, watches: `atoll-watch/${me}` };
  const ended = new AbortController();
  const shown = new Set<Shown>();
  let heads: Map<string, number> | null = null;
  let leads = false;

  hold(names.leads, ended.signal, () => leads = true);
  const stopWatching = watch(names.watches);

  const show = async (news: News) => {
    const { room } = news;
    const messages = await messagesOf(client, news);
    const told = toldMessages(messages, news, me).slice(-AT_ONCE);
    const settings = noticeSettings();
    const isWatched = await isHeld(names.watches);
    if (!mayTell(settings, { now: Date.now(), isWatched })) return;
    for (const message of told) {
      // It may have been read elsewhere meanwhile.
      if (message.seq <= client.lastRead(room.room)) continue;
      const notification = new Notification(options.title(message, room), {
        body: options.text(message),
        tag: `${room.room}/${message.id}`,
        silent: !settings.sound,
      });
      const one = { room: room.room, seq: message.seq, notification };
      shown.add(one);
      notification.onclose = () => shown.delete(one);
      notification.onclick = () => {
        globalThis.focus();
        notification.close();
        options.open(messagePath(room.slug, message));
      };
    }
  };
  const changed = () => {
    for (const one of shown) {
      if (client.lastRead(one.room) < one.seq) continue;
      one.notification.close();
      shown.delete(one);
    }
    const rooms = roomsOf(client);
    const before = heads ?? new Map();
    heads = new Map(rooms.map(({ room, head }) => [room, head]));
    if (!leads) return;
    for (const news of newsSince(before, rooms, (id) => client.lastRead(id))) {
      void show(news);
    }
  };
  const unsubscribe = client.subscribe(changed);
  changed();
  return () => {
    unsubscribe();
    stopWatching();
    ended.abort();
    for (const { notification } of shown) notification.close();
  };
}

/** The rooms one follows, with their heads as they are on screen. */
function roomsOf(client: ChatClient): FollowedRoom[] {
  return (client.me?.rooms ?? []).map((room) => {
    const seq = client.rooms.get(room.room)?.cursor.seq ?? 0;
    return seq > room.head ? { ...room, head: seq } : room;
  });
}

/** The newest messages of a room: from the page where it has them. */
async function messagesOf(
  client: ChatClient,
  { room: { room, head } }: News,
): Promise<readonly Message[]> {
  const state = client.rooms.get(room);
  if (state !== undefined && state.cursor.seq >= head) return state.messages;
  return await client.peek(room, head + 1, AT_ONCE * 3);
}

/** Waits for a lock and keeps it until the signal. */
function hold(name: string, signal: AbortSignal, got: () => void): void {
  navigator.locks.request(name, { signal }, () => {
    got();
    return new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve())
    );
  }).catch(() => {
    // It ended before its turn came.
  });
}

async function isHeld(name: string): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some((lock) => lock.name === name);
}

/** Holds a shared lock while the page is visible; returns what ends that. */
function watch(name: string): () => void {
  let release: (() => void) | null = null;
  const look = () => {
    const isVisible = document.visibilityState === "visible";
    if (isVisible === (release !== null)) return;
    if (!isVisible) {
      release?.();
      release = null;
      return;
    }
    const until = new Promise<void>((resolve) => release = resolve);
    void navigator.locks.request(name, { mode: "shared" }, () => until);
  };
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    release?.();
  };
}
