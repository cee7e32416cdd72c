/** Chromium's own authenticator, for passkeys without a device. */
import type { Visitor } from "./browser.ts";

/** Gives the page's browser a device that keeps passkeys and says yes. */
export async function addAuthenticator({ page }: Visitor) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send(
    "WebAuthn.addVirtualAuthenticator",
    {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    },
  );
  return { devtools, authenticatorId };
}
