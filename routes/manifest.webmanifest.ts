import { placePicturePath } from "../components/Brand.tsx";
import { define } from "../lib/app.ts";
import { translator } from "../lib/locale.ts";
import { PICTURE_SIZE } from "../lib/place.ts";

const MARK = { src: "/icon.svg", sizes: "any", type: "image/svg+xml" };

export const handler = define.handlers({
  /** What the place is like as an installed app. */
  GET({ state: { locale, place } }) {
    const { name, picture } = place;
    const t = translator(locale);
    const icon = picture === null ? MARK : {
      src: placePicturePath(picture),
      sizes: `${PICTURE_SIZE}x${PICTURE_SIZE}`,
      type: "image/webp",
    };
    const manifest = {
      name,
      short_name: name,
      description: t("app.tagline"),
      lang: locale,
      // What it was: another would be another app to those who installed it.
      id: "/rooms/lobby",
      start_url: "/",
      scope: "/",
      display: "standalone",
      background_color: "#f8fbfb",
      theme_color: "#00706f",
      icons: [{ ...icon, purpose: "any" }],
    };
    return new Response(JSON.stringify(manifest), {
      headers: {
        "content-type": "application/manifest+json",
        "cache-control": "no-cache",
        vary: "accept-language, cookie",
      },
    });
  },
});
