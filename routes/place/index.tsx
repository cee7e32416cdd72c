import { page } from "fresh";
import { Field } from "../../components/Field.tsx";
import { PictureSection } from "../../components/place/PictureSection.tsx";
import { PlacePage } from "../../components/place/PlacePage.tsx";
import PictureEditor from "../../islands/PictureEditor.tsx";
import { define } from "../../lib/app.ts";
import { ERRORS, Refusal } from "../../lib/errors.ts";
import {
  enterPath,
  isMultipart,
  readForm,
  readPicture,
  seeOther,
} from "../../lib/forms.ts";
import { someStrings, translator } from "../../lib/locale.ts";
import { require } from "../../lib/permissions.ts";
import { PICTURE_SIZE, type PlaceSettings } from "../../lib/place.ts";
import type { ErrorCode } from "../../lib/protocol.ts";
import type { Session } from "../../lib/sessions.ts";

interface PlaceData {
  session: Session;
  place: PlaceSettings;
  /** Whoever owns the place would lose it with the cookie. */
  mustKeep: boolean;
  /** The name as it was typed, and what was wrong with it. */
  name: string;
  error: ErrorCode | null;
  pictureError: ErrorCode | null;
}

export const handler = define.handlers<PlaceData>({
  async GET({ url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    require(session, "managePlace");
    const place = await atoll.place.settings();
    return page({
      ...{
        session,
        place,
        mustKeep: await atoll.credentials.mustKeep(session),
      },
      ...{ name: place.name, error: null, pictureError: null },
    });
  },

  /** Changes the picture, or the name and who may come in, whichever form was sent. */
  async POST({ req, url, state: { atoll, session } }) {
    if (session === null) return seeOther(enterPath(url));
    require(session, "managePlace");
    if (isMultipart(req)) {
      try {
        const picture = await readPicture(req, PICTURE_SIZE);
        await atoll.place.setPicture(session, picture);
        return seeOther("/place?saved");
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const { code } = error;
        const place = await atoll.place.settings();
        const data = {
          ...{ session, place, name: place.name, error: null },
          ...{
            mustKeep: await atoll.credentials.mustKeep(session),
            pictureError: code,
          },
        };
        return page(data, { status: ERRORS[code].status });
      }
    }
    const form = await readForm(req);
    if (form.has("remove_picture")) {
      await atoll.place.setPicture(session, null);
      return seeOther("/place?saved");
    }
    const name = form.get("name") ?? "";
    const entry = form.get("entry") === "invited" ? "invited" : "guests";
    try {
      await atoll.place.change(session, { name, entry });
      return seeOther("/place?saved");
    } catch (error) {
      const isName = error instanceof Refusal && error.code.startsWith("name_");
      if (!isName) throw error;
      const { code } = error;
      const place = { ...await atoll.place.settings(), entry } as const;
      const data = {
        ...{ session, place, name, error: code, pictureError: null },
        mustKeep: await atoll.credentials.mustKeep(session),
      };
      return page(data, { status: ERRORS[code].status });
    }
  },
});

export default define.page<typeof handler>(({ data, url, state }) => {
  const t = translator(state.locale);
  const { session, place, error, pictureError } = data;
  const note = error !== null || pictureError !== null
    ? null
    : url.searchParams.has("yours")
    ? t("setup.yours")
    : url.searchParams.has("saved")
    ? t("place.saved")
    : null;
  return (
    <PlacePage
      {...{ t, session, note, name: place.name, page: "settings", error: null }}
    >
      {data.mustKeep && (
        <section class="card warning" role="alert">
          <p>{t("setup.keep")}</p>
          <a class="button primary" href="/settings/account">
            {t("setup.keep_do")}
          </a>
        </section>
      )}
      <form class="card stack" method="post" action="/place">
        <Field
          id="name"
          label={t("place.name")}
          hint={t("place.name_hint")}
          error={error === null ? null : t.error(error)}
          value={data.name}
        />
        <fieldset class="choices">
          <legend>{t("place.entry")}</legend>
          {(["guests", "invited"] as const).map((entry) => (
            <label key={entry}>
              <input
                type="radio"
                name="entry"
                value={entry}
                checked={entry === place.entry}
              />
              <span>{t(`place.entry_${entry}`)}</span>
            </label>
          ))}
        </fieldset>
        <button type="submit" class="button primary">{t("place.save")}</button>
      </form>
      <PictureSection
        picture={place.picture}
        error={pictureError}
        editor={
          <PictureEditor
            action="/place"
            locale={state.locale}
            strings={someStrings(state.locale, [
              "account.",
              "error.bad_picture",
            ])}
          />
        }
      />
    </PlacePage>
  );
});
