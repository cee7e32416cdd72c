/** The three columns of the room page. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChatClient } from "../lib/client/chat_client.ts";
import { toldCount } from "../lib/client/telling.ts";
import type { ChatProps } from "./chat_props.ts";
import { ReaderContext, useReader } from "./body_context.ts";
import { Sources, useSources } from "./completion/sources.ts";
import { Conversation } from "./Conversation.tsx";
import { PeopleColumn } from "./PeopleColumn.tsx";
import { LazyPerson } from "./person/LazyPerson.tsx";
import { PersonOpener } from "./person/PersonButton.tsx";
import { PinsColumn } from "./PinsColumn.tsx";
import { placeOf } from "./room_path.ts";
import { LazyMentions } from "./reading/lazy_mentions.ts";
import { LazyNewMessage, LazyRoomDialog } from "./rooms/lazy_dialogs.ts";
import { RoomNav } from "./RoomNav.tsx";
import { RoomSwitcher } from "./RoomSwitcher.tsx";
import { LazySearch } from "./search/LazySearch.tsx";
import { Shortcuts } from "./Shortcuts.tsx";
import { useNotices } from "./notices/use_notices.ts";
import { usePins } from "./use_pins.ts";
import { useChatClient } from "./use_chat_client.ts";
import { type RoomChoice, useRooms } from "./use_rooms.ts";
import { useShortcuts } from "./use_shortcuts.ts";
import { roomTitle, useAppBadge, useTitle } from "./use_title.ts";
import type { LogPlace } from "./use_log_scroll.ts";
import { useColumn } from "./use_column.ts";
import { useWords } from "./words.ts";

/** What lies over the page. */
type Dialog =
  | "switcher"
  | "shortcuts"
  | "search"
  | "mentions"
  | "message"
  | "room"
  | "invite";

/** The page: rooms, the conversation, people, and what opens over them. */
export function ChatFrame(props: ChatProps): JSX.Element {
  const { client, outbox, trays } = useChatClient(props);
  const choice = useRooms(client, props);
  const { room, rooms } = choice;
  const me = client.person ?? props.me.person;
  const [people, setPeople] = usePeopleShown();
  const [column, setColumn] = useColumn(() => setPeople(null));
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [places] = useState(() => new Map<string, LogPlace>());
  const reader = useReader(me.id, rooms);
  const sources = useSources(client, room.id);
  const [pinsShown, setPinsShown] = useState(false);
  const pins = usePins(client, room.id);
  const [target, setTarget] = useState({ room: room.id, place: props.target });
  const [person, setPerson] = useState<string | null>(null);
  const close = () => setDialog(null);
  const cutOff = client.status !== "connected" &&
    client.status !== "connecting";
  const isGone = (client.rooms.get(room.id)?.error ?? null) !== null;
  const t = useWords();

  useShortcuts({
    client,
    choice,
    openSwitcher: () => setDialog("switcher"),
    openList: () => setDialog("shortcuts"),
    openSearch: () => setDialog("search"),
  });
  const told = toldTotal(client, choice);
  useTitle(roomTitle(room, told, t, props.place.name));
  useAppBadge(told);
  const open = (slug: string) => {
    if (choice.open(slug)) setColumn("talk");
  };
  const showDetails = (shown: boolean, kind: "people" | "pins" = "people") => {
    setPinsShown(shown && kind === "pins");
    setPeople(shown);
    setColumn(shown ? "people" : "talk");
  };
  /** Shows a message by its address within the page; false where the room is not one's own. */
  const goTo = (place: ReturnType<typeof placeOf>): boolean => {
    const slug = place?.slug;
    const found = rooms.find((one) => one.slug === slug) ??
      (slug === room.slug ? { room: room.id } : undefined);
    if (!place || !found) return false;
    close();
    // Where the details lie over the conversation, they make way.
    if (column !== "talk" && matchMedia("(max-width: 1000px)").matches) {
      showDetails(false);
    }
    open(place.slug);
    // Whoever loads the page again, or copies its address, comes there.
    history.replaceState(history.state, "", place.href);
    setTarget({ room: found.room, place: { message: { id: place.message } } });
    return true;
  };
  const onClick = (event: MouseEvent) => {
    if (goTo(linkedPlace(event))) event.preventDefault();
  };
  useNotices(client, me.id, (path) => {
    if (!goTo(placeOf(new URL(path, location.href)))) location.assign(path);
  });
  return (
    <div
      class="frame"
      data-column={column}
      data-people={people.attribute}
      onClick={onClick}
    >
      <a class="skip" href="#talk">{t("app.skip")}</a>
      <RoomNav
        rooms={rooms}
        current={room.slug}
        preview={choice.followed || isGone ? null : room}
        me={me}
        isStaff={["owner", "admin"].includes((client.me ?? props.me).role)}
        oneRoom={props.oneRoom}
        cutOff={cutOff}
        unread={(id) => client.unread(id)}
        mentions={(id) => client.mentions(id)}
        mentioned={mentioned(client, choice)}
        onMentions={() => setDialog("mentions")}
        onOpen={open}
        onMark={(id, as) => client.mark(id, as)}
        onNewMessage={() => setDialog("message")}
        onShortcuts={() => setDialog("shortcuts")}
        onSearch={() => setDialog("search")}
      />
      <PersonOpener.Provider value={setPerson}>
        <ReaderContext.Provider value={reader}>
          <Sources.Provider value={sources}>
            <Conversation
              key={room.id}
              props={props}
              client={client}
              outbox={outbox}
              trays={trays}
              room={room}
              me={me}
              followed={choice.followed || isGone}
              peopleShown={people.shown && !pinsShown}
              pins={pins}
              pinsShown={people.shown && pinsShown}
              target={target.room === room.id ? target.place : null}
              places={places}
              told={told}
              onBack={() => setColumn("rooms")}
              onSettings={() => setDialog("room")}
              onInvite={() => setDialog("invite")}
              onPeople={() => showDetails(pinsShown || !people.shown)}
              onPins={() => showDetails(!(pinsShown && people.shown), "pins")}
              onSearch={() => setDialog("search")}
              onCloseDetails={() => showDetails(false)}
            />
          </Sources.Provider>
        </ReaderContext.Provider>
        {pinsShown
          ? (
            <PinsColumn
              pins={pins}
              slug={room.slug}
              onClose={() => showDetails(false)}
            />
          )
          : (
            <PeopleColumn
              presence={client.presence(room.id)}
              cutOff={cutOff}
              me={me}
              slug={room.slug}
              mayLeave={choice.followed && room.kind === "open" &&
                room.slug !== "lobby"}
              onClose={() => showDetails(false)}
            />
          )}
      </PersonOpener.Provider>
      {dialog === "switcher" && (
        <RoomSwitcher rooms={rooms} onOpen={open} onClose={close} />
      )}
      {dialog === "search" && <LazySearch person={me.id} onClose={close} />}
      {dialog === "mentions" && <LazyMentions onClose={close} />}
      {dialog === "message" && (
        <LazyNewMessage me={me.id} onOpen={open} onClose={close} />
      )}
      {(dialog === "room" || dialog === "invite") && (
        <LazyRoomDialog
          room={room}
          me={me.id}
          inviting={dialog === "invite"}
          onClose={close}
        />
      )}
      {person !== null && (
        <LazyPerson
          key={person}
          person={person}
          me={me.id}
          mayWrite={!props.oneRoom}
          onOpen={open}
          onClose={() => setPerson(null)}
        />
      )}
      {dialog === "shortcuts" && <Shortcuts onClose={close} />}
    </div>
  );
}

/** The message to which a plain click on a link leads, or null. */
function linkedPlace(event: MouseEvent) {
  const { button, ctrlKey, metaKey, shiftKey, altKey } = event;
  const isPlain = button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;
  const link = (event.target as Element | null)?.closest?.("a");
  if (!isPlain || !link || link.origin !== location.origin) return null;
  return event.defaultPrevented ? null : placeOf(new URL(link.href));
}

function mentioned(client: ChatClient, { rooms }: RoomChoice): number {
  return rooms.reduce((sum, { room }) => sum + client.mentions(room), 0);
}

function toldTotal(client: ChatClient, { rooms }: RoomChoice): number {
  return rooms.reduce((sum, followed) => {
    const { room } = followed;
    const [unread, mentions] = [client.unread(room), client.mentions(room)];
    return sum + toldCount(followed, { unread, mentions });
  }, 0);
}

/** Whether people are shown: as the width allows until one chooses. */
function usePeopleShown() {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const wide = useRef(true);
  const [, measured] = useState(false);
  useEffect(() => {
    const query = matchMedia("(min-width: 1001px)");
    const onChange = () => {
      wide.current = query.matches;
      measured((before) => !before);
      setChosen(null);
    };
    onChange();
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  }, []);
  const shown = chosen ?? wide.current;
  const attribute = chosen === null ? "auto" : chosen ? "open" : "closed";
  return [{ shown, attribute }, setChosen] as const;
}
