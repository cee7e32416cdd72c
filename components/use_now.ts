/** The time as far as pages need it: what day it is. */
import { useEffect, useState } from "preact/hooks";

/** First the server's time, then this machine's, by the minute. */
export function useNow(served: number): number {
  const [now, setNow] = useState(served);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
