/** Recognises a finger that stays. */
import { useRef } from "preact/hooks";

const LONG_PRESS_MILLISECONDS = 450;
const SLACK_PIXELS = 10;

/** Event handlers that call `run` after a long press by touch. */
export function useLongPress(run: () => void) {
  const press = useRef<
    { timer?: ReturnType<typeof setTimeout>; x: number; y: number }
  >({ x: 0, y: 0 });
  const cancel = () => clearTimeout(press.current.timer);
  return {
    onPointerDown(event: PointerEvent) {
      if (event.pointerType !== "touch") return;
      const timer = setTimeout(run, LONG_PRESS_MILLISECONDS);
      press.current = { timer, x: event.clientX, y: event.clientY };
    },
    onPointerMove(event: PointerEvent) {
      const { x, y } = press.current;
      const moved = Math.hypot(event.clientX - x, event.clientY - y);
      if (moved > SLACK_PIXELS) cancel();
    },
    onPointerUp: cancel,
    onPointerCancel: cancel,
  };
}
