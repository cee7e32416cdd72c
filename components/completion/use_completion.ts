/** Completes names and emoji while one writes. */
import type { RefObject } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { Person } from "../../lib/protocol.ts";
import type { Locale } from "../../lib/translate.ts";
import { loadEmoji } from "../emoji/emoji_index.ts";
import { replaceText } from "../insert_text.ts";
import { isComposing } from "../keys.ts";
import { useWords } from "../words.ts";
import { findNames, MOST_OFFERED } from "./names.ts";
import { Sources } from "./sources.ts";
import { closedEmoji, type Trigger, triggerAt } from "./trigger.ts";

/** Something to choose. */
export interface Choice {
  /** Shown before the name. */
  sign: string;
  name: string;
  /** What it means, where the name doesn't say so. */
  hint?: string;
  /** What is written in place of the mark and the query. */
  text: string;
}

/** People known here that are offered without asking for others. */
const ENOUGH = 5;

/** Keys that move the caret and change nothing. */
const CARET_KEYS = new Set(["ArrowLeft", "ArrowRight", "Home", "End"]);

interface Offer {
  trigger: Trigger;
  choices: readonly Choice[];
  chosen: number;
}

/** The list of choices and the ways to use it. */
export interface Completion {
  choices: readonly Choice[];
  kind: Trigger["kind"];
  chosen: number;
  pick: (choice: Choice) => void;
}

/** What a text box needs of its completion. */
export interface UsedCompletion {
  /** Null while there is nothing to choose. */
  list: Completion | null;
  /** Looks again at what is before the caret; a colon that was just typed may end an emoji. */
  update: (isColon?: boolean) => void;
  /** Listeners of the text box for what moves the caret. */
  watch: {
    onClick: () => void;
    onKeyUp: (event: KeyboardEvent) => void;
    onCompositionEnd: () => void;
    onBlur: () => void;
  };
  /** Closes the list. */
  close: () => void;
  /** Whether the key was meant for the list. */
  onKeyDown: (event: KeyboardEvent) => boolean;
}

/** Watches a text box; nothing is loaded before something is asked for. */
export function useCompletion(
  field: RefObject<HTMLTextAreaElement>,
): UsedCompletion {
  const t = useWords();
  const sources = useContext(Sources);
  const [offer, setOffer] = useState<Offer | null>(null);
  const asked = useRef(0);
  // Where Esc closed the list it stays closed.
  const dismissed = useRef<number | null>(null);
  useEffect(() => () => void asked.current++, []);

  const close = () => {
    asked.current++;
    setOffer(null);
  };
  const update = async (isColon = false) => {
    const ask = ++asked.current;
    const box = field.current;
    const closed = box && isColon && box.selectionStart === box.selectionEnd
      ? closedEmoji(box.value, box.selectionEnd)
      : null;
    if (box !== null && closed !== null) {
      setOffer(null);
      const { value } = box;
      const emoji = await emojiNamed(t.locale, closed.query);
      // What was typed on meanwhile stays as it is.
      if (emoji === null || ask !== asked.current || box.value !== value) {
        return;
      }
      const end = closed.start + closed.query.length + 2;
      return replaceText(box, closed.start, end, emoji);
    }
    const trigger = box === null || box.selectionStart !== box.selectionEnd
      ? null
      : triggerAt(box.value, box.selectionEnd);
    if (trigger?.start !== dismissed.current) dismissed.current = null;
    if (trigger === null || dismissed.current !== null) return setOffer(null);
    const choices = trigger.kind === "emoji"
      ? await findEmoji(t.locale, trigger.query)
      : trigger.kind === "person"
      ? findPeople(sources.people(), trigger.query, t("completion.here"))
      : findRooms(sources.rooms(), trigger.query);
    if (ask !== asked.current) return;
    setOffer(choices.length > 0 ? { trigger, choices, chosen: 0 } : null);
    const { kind, query } = trigger;
    if (kind !== "person" || query === "" || choices.length >= ENOUGH) return;
    const others = await sources.findPeople(query);
    if (ask !== asked.current) return;
    const names = new Set(choices.map(({ name }) => name));
    const more = others.filter(({ name }) => !names.has(name)).map(toChoice);
    if (more.length === 0) return;
    // Behind the others, so that what is chosen stays so.
    setOffer((offer) => ({
      ...{ trigger, chosen: offer?.chosen ?? 0 },
      choices: [...choices, ...more],
    }));
  };
  const pick = ({ text }: Choice) => {
    const box = field.current;
    if (box === null || offer === null) return;
    const { start, query } = offer.trigger;
    const end = start + 1 + query.length;
    const space = /^\s/.test(box.value.slice(end)) ? "" : " ";
    replaceText(box, start, end, text + space);
    close();
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (offer === null || isComposing(event) || hasModifier(event)) {
      return false;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const { choices, chosen, trigger } = offer;
    if (step !== undefined) {
      const next = (chosen + step + choices.length) % choices.length;
      setOffer({ ...offer, chosen: next });
    } else if (event.key === "Enter" || event.key === "Tab") {
      const choice = choices[chosen]!;
      // What is written out already doesn't keep Enter from sending.
      const written = choice.text.slice(1) === trigger.query;
      if (written && event.key === "Enter") return false;
      pick(choice);
    } else if (event.key === "Escape") {
      dismissed.current = trigger.start;
      close();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const list = offer === null
    ? null
    : { ...offer, kind: offer.trigger.kind, pick };
  const watch = {
    onClick: () => update(),
    onKeyUp: (event: KeyboardEvent) => {
      if (CARET_KEYS.has(event.key)) update();
    },
    onCompositionEnd: () => update(),
    onBlur: close,
  };
  return { list, update, watch, close, onKeyDown };
}

function hasModifier(event: KeyboardEvent): boolean {
  return event.shiftKey || event.altKey || event.ctrlKey || event.metaKey;
}

async function findEmoji(locale: Locale, query: string): Promise<Choice[]> {
  try {
    const index = await loadEmoji(locale);
    return index.search(query, MOST_OFFERED).map(({ emoji, label }) => ({
      sign: emoji,
      name: label,
      text: emoji,
    }));
  } catch {
    // Without a connection one writes on without emoji.
    return [];
  }
}

async function emojiNamed(
  locale: Locale,
  query: string,
): Promise<string | null> {
  try {
    return (await loadEmoji(locale)).named(query)?.emoji ?? null;
  } catch {
    return null;
  }
}

function findPeople(
  people: readonly Person[],
  query: string,
  hint: string,
): Choice[] {
  const choices: Choice[] = people.map(toChoice);
  choices.push({ sign: "@", name: "here", hint, text: "@here" });
  return findNames(choices, query, ({ name }) => name);
}

function toChoice({ name }: Person): Choice {
  return { sign: "@", name, text: `@${name}` };
}

function findRooms(
  rooms: readonly { slug: string; name: string }[],
  query: string,
): Choice[] {
  return findNames(rooms, query, ({ name }) => name)
    .map(({ slug, name }) => ({ sign: "#", name, text: `#${slug}` }));
}
