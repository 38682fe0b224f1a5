import type { JSX } from "preact";
import { Dialog } from "../../components/dialog.tsx";
import { texts } from "../../texts/texts.ts";

/** The list of keyboard shortcuts. */
export function KeysDialog(): JSX.Element {
  return (
    <Dialog title={texts.keys.title}>
      <dl class="keys">
        {texts.keys.list.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
