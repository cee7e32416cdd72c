/** Spares a component the work while its props stay the same. */
import {
  Component,
  type ComponentChild,
  type ComponentType,
  createElement,
} from "preact";

/** Renders `Inner` again only when one of its props is another value. */
export function memo<P extends object>(Inner: ComponentType<P>) {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return differs(this.props, next);
    }

    override render(): ComponentChild {
      return createElement(Inner, this.props);
    }
  };
}

function differs(before: object, after: object): boolean {
  const old = before as Record<string, unknown>;
  const fresh = after as Record<string, unknown>;
  const keys = Object.keys(fresh);
  return keys.length !== Object.keys(old).length ||
    keys.some((key) => !Object.is(old[key], fresh[key]));
}
