/** The place's picture: what it is, another one, or none. */
import type { JSX } from "preact";
import type { ErrorCode } from "../../lib/protocol.ts";
import { BrandMark, PlacePicture } from "../Brand.tsx";
import { useWords } from "../words.ts";

interface PictureSectionProps {
  picture: string | null;
  error: ErrorCode | null;
  /** An island with the form for a picture. */
  editor: JSX.Element;
}

/** Ordinary forms; scripts add the cropping. */
export function PictureSection(
  { picture, error, editor }: PictureSectionProps,
): JSX.Element {
  const t = useWords();
  return (
    <section class="card" aria-labelledby="picture-title">
      <h3 id="picture-title">{t("place.picture")}</h3>
      <div class="row">
        {picture === null
          ? <BrandMark size={48} />
          : <PlacePicture picture={picture} size={48} />}
        <p class="hint" id="picture-hint">{t("place.picture_hint")}</p>
      </div>
      {error !== null && (
        <p class="field-error" role="alert">{t.error(error)}</p>
      )}
      {editor}
      {picture !== null && (
        <form method="post" action="/place">
          <input type="hidden" name="remove_picture" value="yes" />
          <button type="submit" class="button">
            {t("account.picture_remove")}
          </button>
        </form>
      )}
    </section>
  );
}
