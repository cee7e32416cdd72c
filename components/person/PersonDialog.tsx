/** The card of a person: who they are, a message to them, and order. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { KnownPerson } from "../../lib/order.ts";
import { Avatar } from "../Avatar.tsx";
import { Modal } from "../Modal.tsx";
import { factsOf } from "../place/person_facts.ts";
import { PersonForms } from "../place/PersonForms.tsx";
import { reasonOf, useWords } from "../words.ts";
import { loadPerson, openDirect, takeMeasure } from "./person_api.ts";

/** What the card shows and whom it tells. */
export interface PersonDialogProps {
  /** The person's id. */
  person: string;
  /** One's own. */
  me: string;
  /** Whether one may write directly to people. */
  mayWrite: boolean;
  /** Shows the room with this slug. */
  onOpen: (slug: string) => void;
  onClose: () => void;
}

/** A dialog over the page. */
export function PersonDialog(props: PersonDialogProps): JSX.Element {
  const { person: id, me, mayWrite, onOpen, onClose } = props;
  const t = useWords();
  const [person, setPerson] = useState<KnownPerson | null>(null);
  const [said, setSaid] = useState<{ error: boolean; text: string } | null>(
    null,
  );
  const refuse = (code: string) =>
    setSaid({ error: true, text: reasonOf(t, code) });
  const load = async () => {
    const found = await loadPerson(id);
    if (!found.ok) refuse(found.code);
    else setPerson(found.body.person);
  };
  useEffect(() => void load(), [id]);
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const done = await takeMeasure(form);
    if (!done.ok) return refuse(done.code);
    setSaid({ error: false, text: t("order.done") });
    await load();
  };
  const write = async () => {
    const direct = await openDirect(id);
    if (!direct.ok) return refuse(direct.code);
    onClose();
    onOpen(direct.body.room.slug);
  };
  const name = person?.name ?? "";
  return (
    <Modal
      id="person-title"
      title={person === null ? "…" : t("order.profile", { name })}
      onClose={onClose}
    >
      {said !== null && (
        <p
          class={said.error ? "field-error" : "saved"}
          role={said.error ? "alert" : "status"}
        >
          {said.text}
        </p>
      )}
      {person !== null && (
        <>
          <div class="person-head">
            <Avatar {...person} />
            <div class="person-about">
              <bdi class="ellipsis">{name}</bdi>
              <p class="room-facts">{factsOf(t, person).join(" · ")}</p>
            </div>
            {id !== me && mayWrite && (
              <button type="button" class="button primary" onClick={write}>
                {t("order.message")}
              </button>
            )}
          </div>
          {id === me && <p class="hint">{t("order.you")}</p>}
          <PersonForms person={person} onSubmit={onSubmit} />
        </>
      )}
    </Modal>
  );
}
