/**
 * The server on PostgreSQL: the same tests as on SQLite, registered once more
 * with another database below them.
 */
import { choosePlaces } from "./support/places.ts";
import { POSTGRES_URL, PostgresStore } from "./support/postgres_store.ts";

/**
 * Those in which several people or transactions meet, and those that read what
 * somebody may see: the others would tell little for their time.
 */
const FILES = [
  "accounts_passkeys_test.ts",
  "accounts_test.ts",
  "challenges_test.ts",
  "files_message_test.ts",
  "history_test.ts",
  "http_test.ts",
  "inbox_test.ts",
  "invitations_test.ts",
  "mentions_test.ts",
  "order_test.ts",
  "privacy_test.ts",
  "removal_test.ts",
  "requests_test.ts",
  "room_changes_test.ts",
];

if (POSTGRES_URL) {
  choosePlaces(async () => {
    const store = new PostgresStore();
    await store.create();
    const data = await Deno.makeTempDir();
    return {
      settings: { data, postgres: store.settings },
      remove: async () => {
        await Deno.remove(data, { recursive: true });
        await store.remove();
      },
    };
  });
  for (const file of FILES) await import(`./${file}`);
}
