/** A room's settings and people, as far as one may see and change them. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RoomDetails } from "../../lib/room_changes.ts";
import type { ShownRoom } from "../chat_props.ts";
import { Icon } from "../icons.tsx";
import { Modal } from "../Modal.tsx";
import { roomPath } from "../room_path.ts";
import { reasonOf, useWords } from "../words.ts";
import { askApi } from "./room_api.ts";
import { RoomNotify } from "./RoomNotify.tsx";
import { INVITE_FIELD, RoomPeople } from "./RoomPeople.tsx";
import { RoomSettingsForm } from "./RoomSettingsForm.tsx";

interface RoomDialogProps {
  room: ShownRoom;
  /** Id of oneself. */
  me: string;
  /** It was opened to let somebody in. */
  inviting: boolean;
  onClose: () => void;
}

/** What a part of the dialog works with. */
export interface RoomPart {
  details: RoomDetails;
  /** Asks the API below the room's path, then shows how it is; tells whether it went well. */
  change: (method: string, path: string, body?: unknown) => Promise<boolean>;
}

/** The dialog; each part is there for those who may. */
export function RoomDialog(
  { room, me, inviting, onClose }: RoomDialogProps,
): JSX.Element {
  const t = useWords();
  const { details, code, change } = useDetails(room.id);
  const has = (action: RoomDetails["may"][number]) =>
    details?.may.includes(action) === true;
  const part = details && { details, change };
  const isThere = details !== null;
  useEffect(() => {
    if (inviting && isThere) document.getElementById(INVITE_FIELD)?.focus();
  }, [inviting, isThere]);
  return (
    <Modal
      id="room-settings-title"
      title={t("room.settings")}
      onClose={onClose}
    >
      <div class="stack room-dialog">
        {code !== null && (
          <p class="field-error" role="alert">{reasonOf(t, code)}</p>
        )}
        {part === null && code === null && (
          <p class="hint" role="status">{t("room.settings_loading")}</p>
        )}
        {part && (
          <>
            {details.room.followed && <RoomNotify {...part} />}
            <RoomPeople {...part} me={me} />
            {has("manage") && <RoomSettingsForm {...part} />}
            {has("leave") && details.room.slug !== "lobby" && (
              <form method="post" action={`${roomPath(room.slug)}/leave`}>
                {details.room.kind === "private" && (
                  <p class="hint">{t("room.leave_private")}</p>
                )}
                <button type="submit" class="button">
                  <Icon name="leave" size={16} />
                  {t("room.leave")}
                </button>
              </form>
            )}
          </>
        )}
      </div>
    </Modal>
  );
}

function useDetails(room: string) {
  const [details, setDetails] = useState<RoomDetails | null>(null);
  const [code, setCode] = useState<string | null>(null);
  const path = `/api/rooms/${room}`;
  const load = async () => {
    const answer = await askApi<RoomDetails>("GET", path);
    if (answer.ok) setDetails(answer.body);
    else setCode(answer.code);
  };
  useEffect(() => void load(), [room]);
  const change: RoomPart["change"] = async (method, end, body) => {
    const answer = await askApi(method, path + end, body);
    setCode(answer.ok ? null : answer.code);
    if (answer.ok) await load();
    return answer.ok;
  };
  return { details, code, change };
}
