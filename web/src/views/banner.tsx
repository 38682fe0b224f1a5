import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button } from "../components/button.tsx";
import { Icon } from "../components/icon.tsx";
import { retryNow } from "../state/live.ts";
import { connection, retryAt } from "../state/session.ts";
import { texts } from "../texts/texts.ts";

/** A banner that is shown while the connection to the daemon is interrupted, with the time until the next attempt. */
export function Banner(): JSX.Element | null {
  const isLost = connection.value === "lost";
  const at = retryAt.value;
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isLost) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isLost]);
  if (!isLost) return null;
  const seconds = at === null ? 0 : Math.max(0, Math.ceil((at - now) / 1000));
  return (
    <div class="banner">
      <Icon name="error" />
      <p role="alert">{texts.banner.lost}</p>
      <span class="muted-on-banner">{texts.banner.retryIn(seconds)}</span>
      <Button label={texts.common.retry} onClick={retryNow} />
    </div>
  );
}
