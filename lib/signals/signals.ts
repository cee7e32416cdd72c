/**
 * The one door for news (L6): whatever a machine tells, every machine that
 * cares hears, itself included. News may be lost: it only says that there is
 * something, and the sweep finds that too.
 */
import { metrics } from "../metrics.ts";
import {
  encodeTold,
  EVERYONE,
  keyOf,
  type News,
  readTold,
  subjectOf,
} from "./news.ts";

/** News for one subject, encoded. */
export interface Outgoing {
  subject: string;
  text: string;
}

/** What an engine tells. */
export interface EngineEvents {
  /** Text came from a machine, this one perhaps. */
  onText: (text: string) => void;
  /** Whether others hear what is sent, and are heard. */
  onHealth: (isHealthy: boolean) => void;
  /** Something is worth a line in the log. */
  onProblem: (problem: string) => void;
}

/** Carries texts between machines. */
export interface SignalEngine {
  /** What it is called in the log. */
  readonly name: string;
  /** Begins to connect, in the background. */
  start(events: EngineEvents): void;
  /** Hands texts over; never rejects. What can't be sent is lost. */
  send(texts: readonly Outgoing[]): Promise<void>;
  /** Resolves when texts of the subject arrive, as far as that can be told. */
  listen(subject: string): Promise<void>;
  /** Texts of the subject are not wanted any more. */
  ignore(subject: string): void;
  /** Ends, whatever was not sent. */
  close(): Promise<void>;
}

/** What waits to be told while the engine is slow; beyond that it is lost. */
const MOST_WAITING = 10_000;

/** Signals of one machine. */
export class Signals {
  /** This machine among others: another after each start. */
  readonly machine: string = crypto.randomUUID();
  readonly #engine: SignalEngine | null;
  /** Subjects that are listened to: how often, and when they are heard. */
  readonly #wanted = new Map<string, { count: number; heard: Promise<void> }>();
  readonly #waiting = new Map<string, News>();
  #sending: Promise<void> | undefined;
  #isHealthy: boolean;
  #isClosed = false;
  /** Given what this machine tells, and what others tell under subjects it listens to. */
  onNews: (news: News, isOwn: boolean) => void = () => {};
  /** Called when others can be heard again, or no more. */
  onHealth: (isHealthy: boolean) => void = () => {};

  /** Signals over an engine; without one this machine is alone. */
  constructor(
    engine: SignalEngine | null = null,
    onProblem: (problem: string) => void = () => {},
  ) {
    this.#engine = engine;
    this.#isHealthy = engine === null;
    engine?.start({
      onText: (text) => this.#hear(text),
      onHealth: (isHealthy) => this.#setHealth(isHealthy),
      onProblem,
    });
    void this.listen(EVERYONE);
  }

  /** Whether there may be other machines. */
  get isShared(): boolean {
    return this.#engine !== null;
  }

  /** Whether others hear what is told, as far as is known. */
  get isHealthy(): boolean {
    return this.#isHealthy;
  }

  /** Tells every machine that cares, this one first and at once. */
  tell(news: News): void {
    this.onNews(news, true);
    if (!this.#engine || this.#isClosed) return;
    const key = keyOf(news);
    const fits = this.#waiting.size < MOST_WAITING || this.#waiting.has(key);
    if (fits) this.#waiting.set(key, news);
    else metrics.signals.add("lost");
    this.#sending ??= this.#send();
  }

  /** Cares for a subject from now on, once more; resolves when it is heard. */
  async listen(subject: string): Promise<void> {
    const wanted = this.#wanted.get(subject) ??
      { count: 0, heard: this.#engine?.listen(subject) ?? Promise.resolve() };
    wanted.count++;
    this.#wanted.set(subject, wanted);
    await wanted.heard;
  }

  /** Cares for it once less. */
  ignore(subject: string): void {
    const wanted = this.#wanted.get(subject);
    if (!wanted || --wanted.count > 0) return;
    this.#wanted.delete(subject);
    this.#engine?.ignore(subject);
  }

  /** Tells what waits, then ends. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#sending;
    await this.#engine?.close();
  }

  /** One after another: what comes meanwhile gathers, and newer replaces older. */
  async #send(): Promise<void> {
    // What is told in the same turn goes together.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      const news = [...this.#waiting.values()];
      this.#waiting.clear();
      metrics.signals.add("sent", news.length);
      const texts = Array.from(
        Map.groupBy(news, subjectOf),
        ([subject, some]) => ({
          subject,
          text: encodeTold(this.machine, some),
        }),
      );
      await this.#engine!.send(texts);
    }
    this.#sending = undefined;
  }

  #hear(text: string): void {
    const told = readTold(text);
    if (!told) return metrics.signals.add("unread");
    if (told.from === this.machine) return;
    metrics.signals.add("unread", told.unread);
    for (const news of told.news) {
      if (!this.#wanted.has(subjectOf(news))) continue;
      metrics.signals.add("heard");
      this.onNews(news, false);
    }
  }

  #setHealth(isHealthy: boolean): void {
    if (isHealthy === this.#isHealthy) return;
    this.#isHealthy = isHealthy;
    this.onHealth(isHealthy);
  }
}
