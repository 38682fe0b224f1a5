import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { MenuItem, MenuState } from "../state/ui.ts";
import { menu } from "../state/ui.ts";

/** Opens a menu below a button. */
export function menuBelow(button: HTMLElement, label: string, items: readonly MenuItem[]): void {
  const box = button.getBoundingClientRect();
  menu.value = { label, items, x: box.left, y: box.bottom + 4, from: button };
}

/** Shows the menu that is open, if there is one. */
export function MenuHost(): JSX.Element | null {
  const state = menu.value;
  return state === null ? null : <Menu key={`${state.x},${state.y}`} state={state} />;
}

function close(state: MenuState): void {
  menu.value = null;
  state.from?.focus({ preventScroll: true });
}

function Menu({ state }: { readonly state: MenuState }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const entries = (): readonly HTMLElement[] => [
    ...(element.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? []),
  ];

  useLayoutEffect(() => {
    const node = element.current;
    if (node === null) return;
    const margin = 8;
    node.style.left = `${Math.max(margin, Math.min(state.x, innerWidth - node.offsetWidth - margin))}px`;
    node.style.top = `${Math.max(margin, Math.min(state.y, innerHeight - node.offsetHeight - margin))}px`;
    entries()[0]?.focus();
  }, [state]);

  useEffect(() => {
    const outside = (event: Event): void => {
      if (event.target instanceof Node && element.current?.contains(event.target) === true) return;
      menu.value = null;
    };
    addEventListener("pointerdown", outside, true);
    addEventListener("resize", outside);
    return () => {
      removeEventListener("pointerdown", outside, true);
      removeEventListener("resize", outside);
    };
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    const list = entries();
    const at = list.findIndex((entry) => entry === document.activeElement);
    const go = (to: number): void => list[(to + list.length) % list.length]?.focus();
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(-1);
    else if (event.key === "Escape" || event.key === "Tab") close(state);
    else if (event.key.length === 1 && event.key !== " ")
      go(list.findIndex((entry) => entry.textContent?.toLowerCase().startsWith(event.key.toLowerCase())));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={element}
      class="menu"
      role="menu"
      aria-label={state.label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
    >
      {state.items.map((item) => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          class={`${item.isApart === true ? "apart" : ""} ${item.isDangerous === true ? "dangerous" : ""}`}
          aria-disabled={item.isDisabled === true}
          aria-keyshortcuts={item.keys}
          onClick={() => {
            if (item.isDisabled === true) return;
            close(state);
            item.run();
          }}
        >
          <span class="menu-icon">{item.icon}</span>
          <span>{item.label}</span>
          {item.keys !== undefined && <kbd aria-hidden="true">{item.keys}</kbd>}
        </button>
      ))}
    </div>
  );
}
