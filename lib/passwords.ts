/** Which passwords are good enough, and how they are compared. */
import { Refusal } from "./errors.ts";
import { LIMITS } from "./protocol.ts";

/**
 * The most common passwords that are long enough, from the lists of what was
 * stolen, without what {@link isSimple} finds by itself.
 */
const COMMON = new Set(
  `1q2w3e4r5t 1qaz2wsx3edc 1qazxsw23edc 1q2w3e4r5t6y 123qweasdzxc 1234qwerty
   123456qwerty qwerty123456 qwerty1234 qwertyuiop qwertyuiop123 qwertyui
   asdfghjkl123 asdfghjkl1 zxcvbnm123 password123 password1234 password12
   password12345 passw0rd123 p@ssw0rd123 p@ssword123 mypassword mypassword1
   passwordpassword iloveyou123 iloveyou12 iloveyou1234 iloveyousomuch
   welcome123 welcome1234 welcome2024 welcome2025 welcome2026 changeme123
   letmein123 letmein1234 administrator admin12345 admin123456 adminadmin
   administrator1 superadmin superman123 batman1234 football123 baseball123
   basketball princess123 princess12 sunshine123 sunshine12 monkey12345
   dragon12345 master12345 michael123 charlie123 jennifer1 qazwsxedc
   qazwsxedcrfv manchester1 liverpool1 liverpool123 chelsea123 barcelona1
   realmadrid starwars123 pokemon123 computer123 internet123 samsung123
   google12345 facebook123 minecraft1 minecraft123 trustno1234 whatever123
   qweasdzxc123 qweasdzxc abcd123456 abc1234567 abc123456789 a123456789
   aa123456789 woaini1314 woaini520 woaini1314520 5201314520 zxcvbnm1234
   correcthorsebatterystaple letmeinplease secret1234 secretpassword
   summer2024 summer2025 summer2026 winter2024 winter2025 winter2026
   spring2025 spring2026 autumn2025 autumn2026 freedom123 christmas1
   unknown123 guest12345 testtest123 test123456 test1234567 default123
   killer12345 hello12345 helloworld helloworld1 helloworld123 87654321qwe
   q1w2e3r4t5 q1w2e3r4t5y6 zaq12wsxcde3 1qaz2wsx3e g_czechout google1234
   789456123a 147258369a 0987654321a 147852369a`.split(/\s+/),
);

/** Keys beside each other, and the digits and letters in order. */
const ROWS = [
  "12345678901234567890",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiopasdfghjklzxcvbnm",
  "147258369147258369",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];

/**
 * The password as it is hashed (NFKC, so that every keyboard types the same);
 * refused with `password_short`, `password_long`, `password_common` when it
 * is among the first to be guessed, or `password_name` when it is the name.
 */
export function checkPassword(text: string, name: string): string {
  const password = normalizePassword(text);
  const length = [...password].length;
  if (length < LIMITS.passwordCodePoints.min) {
    throw new Refusal("password_short");
  }
  const folded = password.toLowerCase();
  if (COMMON.has(folded) || isSimple(folded)) {
    throw new Refusal("password_common");
  }
  if (isMostly(folded, name.normalize("NFKC").toLowerCase())) {
    throw new Refusal("password_name");
  }
  return password;
}

/** The form in which passwords are compared; refused with `password_long`. */
export function normalizePassword(text: string): string {
  // NFKC makes up to 18 letters of one: bounded before and after.
  const { max } = LIMITS.passwordCodePoints;
  if (text.length > 2 * max) throw new Refusal("password_long");
  const password = text.toWellFormed().normalize("NFKC");
  if ([...password].length > max) throw new Refusal("password_long");
  return password;
}

/** Whether it is a short piece said again and again, or a walk over the keys. */
function isSimple(text: string): boolean {
  if (/^(.{1,4}?)\1+.{0,3}$/u.test(text)) return true;
  return ROWS.some((row) =>
    row.includes(text) || row.includes([...text].reverse().join(""))
  );
}

/** Whether little is left of a password without the name in it. */
function isMostly(text: string, name: string): boolean {
  const rest = text.replaceAll(name, "");
  return rest !== text && [...rest].length < 6;
}
