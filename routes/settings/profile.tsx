import { page } from "fresh";
import { ProfileForms } from "../../components/account/ProfileForms.tsx";
import { SettingsPage } from "../../components/account/SettingsPage.tsx";
import PictureEditor from "../../islands/PictureEditor.tsx";
import { define, type State } from "../../lib/app.ts";
import { isAccount } from "../../lib/credentials.ts";
import { ERRORS, Refusal } from "../../lib/errors.ts";
import {
  enterPath,
  isMultipart,
  readForm,
  readPicture,
  seeOther,
} from "../../lib/forms.ts";
import { someStrings, translator } from "../../lib/locale.ts";
import type { ErrorCode, Person, Role } from "../../lib/protocol.ts";
import type { Session } from "../../lib/sessions.ts";

interface ProfileData {
  me: Person;
  isGuest: boolean;
  role: Role;
  name: string;
  nameError: ErrorCode | null;
  pictureError: ErrorCode | null;
}

/** Pixels of a person's picture, as wide as high. */
const PICTURE_SIZE = 256;

export const handler = define.handlers<ProfileData>({
  async GET({ url, state }) {
    const { session } = state;
    if (session === null) return seeOther(enterPath(url));
    return page(await dataOf(state, session));
  },

  /** Changes the name or the picture, whichever form was sent. */
  async POST({ req, url, state }) {
    const { atoll, session } = state;
    if (session === null) return seeOther(enterPath(url));
    const { person } = session;
    if (isMultipart(req)) {
      const code = await changePicture(state, person, req);
      if (code === null) return seeOther("/settings/profile?saved");
      const data = await dataOf(state, session);
      return page({ ...data, pictureError: code }, statusOf(code));
    }
    const form = await readForm(req);
    if (form.has("remove_picture")) {
      await atoll.accounts.setPicture(person, null);
      return seeOther("/settings/profile?saved");
    }
    const name = form.get("name") ?? "";
    try {
      await atoll.accounts.rename(person.id, name);
      return seeOther("/settings/profile?saved");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code } = error;
      const data = await dataOf(state, session);
      return page({ ...data, name, nameError: code }, statusOf(code));
    }
  },
});

function statusOf(code: ErrorCode): { status: number } {
  return { status: ERRORS[code].status };
}

async function dataOf(
  { atoll }: State,
  { person, role }: Session,
): Promise<ProfileData> {
  const isGuest = !isAccount(await atoll.credentials.of(person.id));
  const errors = { nameError: null, pictureError: null };
  return { me: person, isGuest, role, name: person.name, ...errors };
}

/** Why the picture can't be used, or null when it is. */
async function changePicture(
  { atoll }: State,
  person: Person,
  request: Request,
): Promise<ErrorCode | null> {
  try {
    const bytes = await readPicture(request, PICTURE_SIZE);
    await atoll.accounts.setPicture(person, { type: "image/webp", bytes });
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.code;
  }
}

export default define.page<typeof handler>(({ data, url, state }) => {
  const failed = data.nameError !== null || data.pictureError !== null;
  return (
    <SettingsPage
      t={translator(state.locale)}
      me={data.me}
      page="profile"
      saved={url.searchParams.has("saved") && !failed}
    >
      <ProfileForms
        {...data}
        pictureEditor={
          <PictureEditor
            action="/settings/profile"
            locale={state.locale}
            strings={someStrings(state.locale, [
              "account.",
              "error.bad_picture",
            ])}
          />
        }
      />
    </SettingsPage>
  );
});
