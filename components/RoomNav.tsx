/** The rooms one follows, and oneself. */
import type { JSX } from "preact";
import type { Person } from "../lib/protocol.ts";
import { Avatar } from "./Avatar.tsx";
import { Brand } from "./Brand.tsx";
import { Icon } from "./icons.tsx";
import { SearchLink } from "./search/SearchLink.tsx";
import { NewRoom } from "./NewRoom.tsx";
import { RoomLists, type RoomListsProps } from "./rooms/RoomLists.tsx";
import { MentionsLink } from "./reading/MentionsLink.tsx";
import { useWords } from "./words.ts";

/** What the navigation shows and whom it tells. */
export interface RoomNavProps extends RoomListsProps {
  me: Person;
  /** Whether one manages the place. */
  isStaff: boolean;
  /** Whether one was let into one room alone. */
  oneRoom: boolean;
  /** Unread messages that mention one, in all rooms. */
  mentioned: number;
  onMentions: () => void;
  onNewMessage: () => void;
  onShortcuts: () => void;
  onSearch: () => void;
}

/** The column with the place, its rooms and one's own name. */
export function RoomNav(props: RoomNavProps): JSX.Element {
  const t = useWords();
  return (
    <nav class="rooms" aria-label={t("rooms.title")} data-region tabIndex={-1}>
      <div class="rooms-head">
        <Brand href="/rooms" />
        <SearchLink onSearch={props.onSearch} />
        <button
          type="button"
          class="icon-button needs-script"
          aria-label={t("shortcuts.open")}
          title={t("shortcuts.open")}
          onClick={props.onShortcuts}
        >
          <Icon name="keyboard" />
        </button>
      </div>
      <MentionsLink
        count={props.mentioned}
        onMentions={props.onMentions}
      />
      <RoomLists {...props} />
      {!props.oneRoom && (
        <>
          <NewRoom onCreated={props.onOpen} />
          <form
            action="/message"
            onSubmit={(event) => {
              event.preventDefault();
              props.onNewMessage();
            }}
          >
            <button type="submit" class="ghost">
              <Icon name="pencil" size={16} />
              {t("rooms.new_message")}
            </button>
          </form>
        </>
      )}
      <a class="ghost" href="/rooms" aria-current="false">
        <Icon name="search" size={16} />
        {t("rooms.all")}
      </a>
      {props.isStaff && (
        <a class="ghost" href="/place" aria-current="false">
          <Icon name="settings" size={16} />
          {t("place.manage")}
        </a>
      )}
      <OwnCard me={props.me} />
    </nav>
  );
}

function OwnCard({ me }: { me: Person }): JSX.Element {
  const t = useWords();
  return (
    <a class="own-card" href="/settings">
      <Avatar {...me} />
      <span class="own-name">
        <bdi class="ellipsis">{me.name}</bdi>
        <small>{t("settings.title")}</small>
      </span>
      <Icon name="settings" />
    </a>
  );
}
