/** Lets files be dropped onto the conversation. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../icons.tsx";
import { useWords } from "../words.ts";

/** Listens on the element around it, and covers it while files are over it. */
export function DropZone(
  { onFiles }: { onFiles: (files: File[]) => void },
): JSX.Element {
  const t = useWords();
  const zone = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  const taker = useRef(onFiles);
  taker.current = onFiles;
  useEffect(() => {
    const around = zone.current?.parentElement;
    return around
      ? listen(around, setOver, (files) => taker.current(files))
      : undefined;
  }, []);
  return (
    <div ref={zone} class="drop-zone" hidden={!over}>
      <p>
        <Icon name="attach" size={24} /> {t("files.drop")}
      </p>
    </div>
  );
}

function listen(
  around: HTMLElement,
  setOver: (over: boolean) => void,
  onFiles: (files: File[]) => void,
): () => void {
  const stop = new AbortController();
  // Elements within are entered before those around them are left.
  let depth = 0;
  const on = (type: string, run: (event: DragEvent) => void) =>
    around.addEventListener(type, (event) => {
      const drag = event as DragEvent;
      if (!drag.dataTransfer?.types.includes("Files")) return;
      drag.preventDefault();
      run(drag);
      setOver(depth > 0);
    }, { signal: stop.signal });
  on("dragenter", () => depth++);
  on("dragleave", () => depth--);
  on("dragover", () => {});
  on("drop", ({ dataTransfer }) => {
    depth = 0;
    onFiles([...dataTransfer?.files ?? []]);
  });
  return () => stop.abort();
}
