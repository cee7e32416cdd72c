/** What is loaded when somebody wants it. */
import type { FunctionComponent, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

/**
 * A dialog whose code is loaded when it is first shown; the focus goes back
 * when it closes. `onClose` is called when it can't be loaded.
 */
export function lazyDialog<P extends { onClose: () => void }>(
  load: () => Promise<FunctionComponent<P>>,
): (props: P) => JSX.Element | null {
  return (props) => {
    const [dialog, setDialog] = useState<
      {
        View: FunctionComponent<P>;
      } | null
    >(null);
    useEffect(() => {
      const before = document.activeElement;
      load().then((View) => setDialog({ View }), props.onClose);
      return () => {
        if (before instanceof HTMLElement) before.focus();
      };
    }, []);
    return dialog && <dialog.View {...props} />;
  };
}
