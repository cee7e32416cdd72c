import { asset } from "fresh/runtime";
import { define } from "../lib/app.ts";
import { negotiateLocale, themeOf } from "../lib/locale.ts";

const VIEWPORT =
  "width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content";

export default define.page(({ Component, req, state }) => (
  <html
    lang={state.locale ?? negotiateLocale(req.headers)}
    dir="ltr"
    data-theme={themeOf(req.headers)}
  >
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content={VIEWPORT} />
      <meta name="color-scheme" content="light dark" />
      <meta name="description" content="Atoll" />
      <title>Atoll</title>
      <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      <link rel="manifest" href="/manifest.webmanifest" />
      <link rel="stylesheet" href={asset("/styles.css")} />
    </head>
    <body>
      <Component />
    </body>
  </html>
));
