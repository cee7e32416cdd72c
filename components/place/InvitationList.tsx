/** Invitations that hold, or held. */
import type { JSX } from "preact";
import type { ListedInvitation } from "../../lib/invitations.ts";
import type { Translator } from "../../lib/translate.ts";
import { useWords } from "../words.ts";

/** The newest first, each with a button that takes it back. */
export function InvitationList(
  { invitations, now }: {
    invitations: readonly ListedInvitation[];
    now: number;
  },
): JSX.Element {
  const t = useWords();
  if (invitations.length === 0) {
    return <p class="notice small">{t("invite.none")}</p>;
  }
  return (
    <ul class="people-table" aria-label={t("place.invitations")}>
      {invitations.map((invitation) => (
        <li key={invitation.id}>
          <div class="person-about">
            <p dir="auto">{headingOf(t, invitation)}</p>
            <p class="room-facts" dir="auto">
              {factsOf(t, invitation, now).join(" · ")}
            </p>
          </div>
          <form method="post" action="/place/invitations">
            <input type="hidden" name="revoke" value={invitation.id} />
            <button
              type="submit"
              class="button small"
              aria-label={t("invite.revoke_named", {
                when: t.moment(invitation.createdAt),
              })}
            >
              {t("invite.revoke")}
            </button>
          </form>
        </li>
      ))}
    </ul>
  );
}

function headingOf(
  t: Translator,
  { role, room, hidden }: ListedInvitation,
): string {
  if (hidden) return t("invite.hidden");
  if (room !== null) return t("invite.to", { room: room.name });
  return t(`invite.${role}`);
}

function factsOf(
  t: Translator,
  { by, createdAt, expiresAt, uses, maxUses }: ListedInvitation,
  now: number,
): string[] {
  const isOver = expiresAt !== null && expiresAt <= now ||
    maxUses !== null && uses >= maxUses;
  return [
    ...isOver ? [t("invite.over")] : [],
    t.shortDate(createdAt),
    ...by ? [t("invite.by", { name: by.name })] : [],
    maxUses === null
      ? t("invite.used", { count: uses })
      : t("invite.used_of", { count: uses, most: maxUses }),
    ...expiresAt !== null && !isOver
      ? [t("invite.until", { when: t.moment(expiresAt) })]
      : [],
  ];
}
