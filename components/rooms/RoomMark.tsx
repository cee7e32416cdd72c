/** What stands before a room's name and tells its kind. */
import type { JSX } from "preact";
import { Avatar } from "../Avatar.tsx";
import { Icon } from "../icons.tsx";
import { useWords } from "../words.ts";
import type { Titled } from "./room_title.ts";

/** A hash, a lock, or who is on the other side. */
export function RoomMark(
  { kind, people = [], here = false }: Pick<Titled, "kind" | "people"> & {
    /** Whether one of the others is connected. */
    here?: boolean;
  },
): JSX.Element {
  const t = useWords();
  if (kind === "open") return <Icon name="hash" size={14} />;
  if (kind === "private") {
    return (
      <>
        <Icon name="lock" size={14} />
        <span class="visually-hidden">{t("rooms.private")}</span>
      </>
    );
  }
  const [other] = people;
  return (
    <span class={here ? "company here" : "company"}>
      {other !== undefined && people.length === 1
        ? <Avatar {...other} small />
        : <Icon name="people" size={14} />}
      {here && <span class="visually-hidden">{t("people.is_here")}</span>}
    </span>
  );
}
