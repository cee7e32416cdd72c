/** Buttons that stand in the place of a message's toolbar for a while. */
import type { ComponentChildren, JSX } from "preact";

/** Buttons in the toolbar's place: Esc leads back. */
export function ToolbarGroup({ label, asking = false, onClose, children }: {
  label: string;
  asking?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div
      class={asking ? "toolbar asking" : "toolbar"}
      role="group"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      {children}
    </div>
  );
}

/** Puts the focus on what just came. */
export function focusNow(element: HTMLElement | null): void {
  element?.focus({ preventScroll: true });
}
