import type { JSX } from "preact";
import type { Toast } from "../state/ui.ts";
import { dropToast, toasts } from "../state/ui.ts";
import { texts } from "../texts/texts.ts";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

/**
 * The messages (toasts) over the page. Screen readers announce successes after the current sentence, and failures at
 * once. The two regions for them always exist, because screen readers do not announce the content of a region that
 * has just been added.
 */
export function Toasts(): JSX.Element {
  const list = toasts.value;
  return (
    <div class="toasts">
      <div role="status">{list.filter((toast) => toast.kind === "done").map(line)}</div>
      <div role="alert">{list.filter((toast) => toast.kind === "failed").map(line)}</div>
    </div>
  );
}

function line(toast: Toast): JSX.Element {
  return (
    <div key={toast.id} class={`toast ${toast.kind}`}>
      <Icon name={toast.kind === "done" ? "done" : "error"} />
      <p>{toast.text}</p>
      <Button label={texts.common.dismiss} icon="close" kind="quiet" onClick={() => dropToast(toast.id)} />
    </div>
  );
}
