/** Searching, loaded when somebody wants to. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { SearchDialogProps } from "./SearchDialog.tsx";

type Dialog = (props: SearchDialogProps) => JSX.Element;

/** The dialog once its code is there; the focus goes back when it closes. */
export function LazySearch(props: SearchDialogProps): JSX.Element | null {
  const [dialog, setDialog] = useState<{ View: Dialog } | null>(null);
  useEffect(() => {
    const before = document.activeElement;
    import("./SearchDialog.tsx").then(
      ({ SearchDialog }) => setDialog({ View: SearchDialog }),
      props.onClose,
    );
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return dialog && <dialog.View {...props} />;
}
