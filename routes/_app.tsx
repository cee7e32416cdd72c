import { asset } from "fresh/runtime";
import { placePicturePath } from "../components/Brand.tsx";
import { define } from "../lib/app.ts";
import { negotiateLocale, themeOf } from "../lib/locale.ts";
import { DEFAULT_FACE } from "../lib/place.ts";

const VIEWPORT =
  "width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content";

export default define.page(({ Component, req, state }) => {
  // What failed early knows no place.
  const { name, picture } = state.place ?? DEFAULT_FACE;
  return (
    <html
      lang={state.locale ?? negotiateLocale(req.headers)}
      dir="ltr"
      data-theme={themeOf(req.headers)}
    >
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content={VIEWPORT} />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content={name} />
        <title>{name}</title>
        {picture === null
          ? <link rel="icon" href="/icon.svg" type="image/svg+xml" />
          : (
            <link
              rel="icon"
              href={placePicturePath(picture)}
              type="image/webp"
            />
          )}
        <link rel="manifest" href="/manifest.webmanifest" />
        <link rel="stylesheet" href={asset("/styles.css")} />
      </head>
      <body>
        <Component />
      </body>
    </html>
  );
});
