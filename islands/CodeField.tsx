/** The code of a link, taken from behind the `#`, which no server ever sees. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Field } from "../components/Field.tsx";

/** A field that fills itself; without scripts the code is typed. */
export default function CodeField(
  { label, hint, error, value }: {
    label: string;
    hint: string;
    error: string | null;
    value: string;
  },
): JSX.Element {
  const [code, setCode] = useState(value);
  useEffect(() => {
    const take = () => {
      const given = decodeURIComponent(location.hash.slice(1));
      if (given === "") return;
      setCode(given);
      // A secret is not to stay in the history.
      history.replaceState(null, "", location.pathname);
    };
    take();
    addEventListener("hashchange", take);
    return () => removeEventListener("hashchange", take);
  }, []);
  return (
    <Field
      id="code"
      name="code"
      label={label}
      hint={hint}
      error={error}
      value={code}
    />
  );
}
