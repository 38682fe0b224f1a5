import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface Props<Id extends string> {
  readonly label: string;
  readonly tabs: readonly (readonly [Id, string])[];
  readonly chosen: Id;
  readonly onChoose: (id: Id) => void;
  readonly children: ComponentChildren;
  /** Content to the right of the tabs. */
  readonly extra?: ComponentChildren;
}

/**
 * A row of tabs and the content of the chosen tab, as ARIA defines it: the Tab key moves to the chosen tab, and the
 * arrow keys choose another one.
 */
export function Tabs<Id extends string>({ label, tabs, chosen, onChoose, children, extra }: Props<Id>): JSX.Element {
  const prefix = useId();
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(([id]) => id === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    const next = tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next[0]);
    document.getElementById(`${prefix}-tab-${next[0]}`)?.focus();
  };
  return (
    <div class="tabs">
      <div class="tab-row">
        <div role="tablist" aria-label={label} onKeyDown={onKeyDown}>
          {tabs.map(([id, name]) => (
            <button
              key={id}
              type="button"
              role="tab"
              id={`${prefix}-tab-${id}`}
              aria-selected={id === chosen}
              aria-controls={id === chosen ? `${prefix}-panel-${id}` : undefined}
              tabIndex={id === chosen ? 0 : -1}
              onClick={() => onChoose(id)}
            >
              {name}
            </button>
          ))}
        </div>
        {extra}
      </div>
      <div
        class="panel"
        role="tabpanel"
        id={`${prefix}-panel-${chosen}`}
        aria-labelledby={`${prefix}-tab-${chosen}`}
        tabIndex={0}
      >
        {children}
      </div>
    </div>
  );
}
