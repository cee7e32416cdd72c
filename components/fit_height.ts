/** Length from which on a text is too long to be laid out with every key. */
const LONG_LENGTH = 20_000;

/**
 * Makes a text box as high as its text where CSS can't (`field-sizing`). A very
 * long text gets the greatest height and keeps its direction: to find out both
 * with every key would stop the page for seconds. `coming` characters are about
 * to be put in.
 */
export function fitHeight(field: HTMLTextAreaElement, coming = 0): void {
  const long = field.textLength + coming > LONG_LENGTH;
  if (long !== field.classList.contains("long-text")) {
    field.dir = !long ? "auto" : field.matches(":dir(rtl)") ? "rtl" : "ltr";
    field.classList.toggle("long-text", long);
  }
  if (long) field.style.height = "";
  if (long || CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
