/** The tab's title. */
import { useEffect } from "preact/hooks";

/** `(3) # lobby · Atoll`: how much is unread, where one is. */
export function roomTitle(name: string, unread: number): string {
  return `${unread > 0 ? `(${unread}) ` : ""}# ${name} · Atoll`;
}

/** Keeps the tab's title in step. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}
