/** Chooses people, and goes to the direct room with them. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { LIMITS, type Person } from "../../lib/protocol.ts";
import { Avatar } from "../Avatar.tsx";
import { Icon } from "../icons.tsx";
import { Modal } from "../Modal.tsx";
import { reasonOf, useWords } from "../words.ts";
import { PeoplePicker } from "./PeoplePicker.tsx";
import { askApi } from "./room_api.ts";

interface NewMessageProps {
  /** Id of oneself. */
  me: string;
  onOpen: (slug: string) => void;
  onClose: () => void;
}

/** The dialog: who is chosen, whom else to choose, and the way there. */
export function NewMessage(
  { me, onOpen, onClose }: NewMessageProps,
): JSX.Element {
  const t = useWords();
  const [people, setPeople] = useState<readonly Person[]>([]);
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    const answer = await askApi<{ room: { slug: string } }>(
      "POST",
      "/api/rooms/direct",
      { people: people.map(({ id }) => id) },
    );
    setBusy(false);
    if (!answer.ok) return setCode(answer.code);
    onClose();
    onOpen(answer.body.room.slug);
  };
  const isFull = people.length >= LIMITS.directPeople - 1;
  return (
    <Modal
      id="new-message-title"
      title={t("rooms.new_message")}
      onClose={onClose}
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (people.length > 0) void start();
        }}
      >
        {people.length > 0 && (
          <Chosen
            people={people}
            onRemove={(id) =>
              setPeople(people.filter((person) => person.id !== id))}
          />
        )}
        {isFull
          ? (
            <p class="hint">
              {t("rooms.direct_full", { count: LIMITS.directPeople })}
            </p>
          )
          : (
            <PeoplePicker
              id="direct-people"
              label={t("rooms.direct_to")}
              without={new Set([me, ...people.map(({ id }) => id)])}
              onPick={(person) => setPeople([...people, person])}
              onBack={() => setPeople(people.slice(0, -1))}
              autofocus
              suggests
            />
          )}
        {code !== null && (
          <p class="field-error" role="alert">{reasonOf(t, code)}</p>
        )}
        <button
          type="submit"
          class="button primary"
          disabled={busy || people.length === 0}
        >
          {t("rooms.direct_start")}
        </button>
      </form>
    </Modal>
  );
}

function Chosen({ people, onRemove }: {
  people: readonly Person[];
  onRemove: (id: string) => void;
}): JSX.Element {
  const t = useWords();
  return (
    <ul class="chosen-people" aria-label={t("rooms.direct_chosen")}>
      {people.map(({ id, name }) => (
        <li key={id}>
          <Avatar id={id} name={name} small />
          <bdi class="ellipsis">{name}</bdi>
          <button
            type="button"
            class="icon-button"
            aria-label={t("rooms.direct_remove", { name })}
            onClick={() => onRemove(id)}
          >
            <Icon name="close" size={14} />
          </button>
        </li>
      ))}
    </ul>
  );
}
