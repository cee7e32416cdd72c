/** How files are put into words and addresses. */
import type { FileInfo } from "../../lib/protocol.ts";
import type { Translator } from "../../lib/translate.ts";
import { reasonOf } from "../words.ts";
import type { TrayFile } from "./tray.ts";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A size in bytes as people read it: `1.5 MB`, which is 1,500,000 bytes. */
export function sizeText({ locale }: Translator, bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < UNITS.length - 1; unit++) size /= 1000;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: UNITS[unit]!,
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0,
  }).format(size);
}

/** What a file that is being attached is at. */
export function stateText(
  t: Translator,
  { state, part, code }: TrayFile,
  limit: number,
): string {
  if (state === "waiting") return t("files.waiting");
  if (state === "done") return t("files.uploaded");
  if (state === "uploading") {
    const percent = new Intl.NumberFormat(t.locale, { style: "percent" });
    return t("files.uploading", { percent: percent.format(part) });
  }
  if (code === "file_too_big") {
    return t("files.too_big", { limit: sizeText(t, limit) });
  }
  return t("files.failed", { reason: reasonOf(t, code) });
}

/** Address of a message's file. */
export function filePath(room: string, { id, name }: FileInfo): string {
  return `/files/${room}/${id}/${encodeURIComponent(name)}`;
}

/** The size at which a picture is shown, in CSS pixels, known before it loads. */
export function shownSize(
  { width, height }: { width: number; height: number },
): { width: number; height: number } {
  const factor = Math.min(1, 400 / width, 300 / height);
  return {
    width: Math.max(24, Math.round(width * factor)),
    height: Math.max(24, Math.round(height * factor)),
  };
}
