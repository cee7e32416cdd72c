import { page } from "fresh";
import { InvitationForm } from "../../components/place/InvitationForm.tsx";
import { InvitationList } from "../../components/place/InvitationList.tsx";
import { PlacePage } from "../../components/place/PlacePage.tsx";
import CopyLink from "../../islands/CopyLink.tsx";
import { define, type State } from "../../lib/app.ts";
import { ERRORS, Refusal } from "../../lib/errors.ts";
import { enterPath, readForm, seeOther } from "../../lib/forms.ts";
import {
  type InvitationWish,
  type ListedInvitation,
  readWish,
} from "../../lib/invitations.ts";
import { someStrings, translator, zoneOf } from "../../lib/locale.ts";
import { isLocal, publicUrl } from "../../lib/origins.ts";
import { may } from "../../lib/permissions.ts";
import type { ErrorCode, FollowedRoom } from "../../lib/protocol.ts";
import type { Session } from "../../lib/sessions.ts";

interface InvitationsData {
  session: Session;
  place: string;
  invitations: ListedInvitation[];
  /** Into which one may invite. */
  rooms: FollowedRoom[];
  /** The link that was just made. */
  link: string | null;
  error: ErrorCode | null;
  /** What was chosen, where that was refused. */
  chosen: URLSearchParams | null;
}

export const handler = define.handlers<InvitationsData>({
  async GET({ url, state }) {
    if (state.session === null) return seeOther(enterPath(url));
    return page(await dataOf(state, state.session));
  },

  /** Makes an invitation, whose link is shown on this page alone, or takes one back. */
  async POST({ req, url, state }) {
    const { atoll, session } = state;
    if (session === null) return seeOther(enterPath(url));
    const form = await readForm(req);
    try {
      const revoked = form.get("revoke");
      if (revoked !== null) {
        await atoll.invitations.revoke(session, revoked);
        return seeOther("/place/invitations?revoked");
      }
      const { code } = await atoll.invitations.make(session, wishOf(form));
      const { origin } = publicUrl(req, atoll.config);
      const link = `${origin}/join#${code}`;
      return page({ ...await dataOf(state, session), link });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code } = error;
      const data = await dataOf(state, session);
      data.error = code;
      data.chosen = form;
      return page(data, { status: ERRORS[code].status });
    }
  },
});

async function dataOf(
  { atoll }: State,
  session: Session,
): Promise<InvitationsData> {
  const { name } = await atoll.place.settings();
  const invitations = await atoll.invitations.list(session);
  const { rooms } = await atoll.rooms.followed(session.person.id);
  return {
    ...{ session, place: name, invitations, link: null, error: null },
    chosen: null,
    rooms: rooms.filter((room) => room.kind !== "direct" && !room.archived),
  };
}

function wishOf(form: URLSearchParams): InvitationWish {
  // What is no number is refused: it must not mean that there is no limit.
  const numberOf = (name: string) => {
    const text = form.get(name)?.trim() ?? "";
    return text === "" ? null : Number(text);
  };
  const room = form.get("room")?.trim() || null;
  const role = form.get("role") === "member" ? "member" : "guest";
  // A guest's link without a room would let them in everywhere.
  if (role === "guest" && room === null) throw new Refusal("room_needed");
  return readWish({
    ...{ role, room },
    lifetime: numberOf("lifetime"),
    maxUses: numberOf("uses"),
  });
}

export default define.page<typeof handler>(({ data, req, url, state }) => {
  const { locale } = state;
  const t = translator(locale, zoneOf(req.headers));
  const { session, place, link, error } = data;
  const isRoom = error === "room_needed" || error === "no_room";
  const isRevoked = url.searchParams.has("revoked") && error === null;
  return (
    <PlacePage
      {...{ t, session, name: place, page: "invitations" }}
      note={isRevoked ? t("invite.revoked") : null}
      error={error === null || isRoom ? null : t.error(error)}
    >
      <p class="lead">{t("invite.lead")}</p>
      {link !== null && (
        <section class="card" role="status">
          <p>{t("invite.made")}</p>
          <CopyLink
            link={link}
            label={t("invite.link")}
            locale={locale}
            strings={someStrings(locale, ["message."])}
          />
          {isLocal(new URL(link)) && (
            <p class="card warning">
              {t("invite.only_here", { origin: new URL(link).origin })}
            </p>
          )}
        </section>
      )}
      {session.role !== "guest" && (
        <InvitationForm
          forPlace={may(session.role, "invitePeople")}
          rooms={data.rooms}
          chosen={data.chosen ?? new URLSearchParams()}
          roomError={isRoom ? t.error(error) : null}
        />
      )}
      <InvitationList invitations={data.invitations} now={Date.now()} />
    </PlacePage>
  );
});
