import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { dialog } from "../state/ui.ts";
import { texts } from "../texts/texts.ts";
import { Button } from "./button.tsx";

interface Props {
  readonly title: string;
  readonly children: ComponentChildren;
  /** The label of the button that submits the dialog. Without it the dialog has only the button "Close". */
  readonly action?: string;
  /** Called when the user submits the dialog. When it resolves to true, the dialog is closed. */
  readonly onAction?: () => Promise<boolean>;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  readonly size?: "small" | "medium" | "large";
  /** Further buttons, which are shown on the left side. */
  readonly aside?: ComponentChildren;
}

/** Closes the open dialog. */
export function closeDialog(): void {
  dialog.value = null;
}

/**
 * A dialog over the page. It uses the browser's `<dialog>` element, which keeps the focus inside, closes on Escape,
 * and then returns the focus to the previous element.
 */
export function Dialog({
  title,
  children,
  action,
  onAction,
  isDangerous = false,
  isDisabled = false,
  size = "medium",
  aside,
}: Props): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const hasFocused = useRef(false);
  const heading = useId();
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    const node = element.current;
    const before = document.activeElement;
    if (node !== null && !node.open) node.showModal();
    return () => {
      node?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);

  // The first field may appear later than the dialog, after its value was loaded.
  useEffect(() => {
    const first = hasFocused.current ? null : element.current?.querySelector<HTMLElement>("[data-first]");
    if (first === null || first === undefined) return;
    hasFocused.current = true;
    first.focus();
  });

  const submit = async (): Promise<void> => {
    if (onAction === undefined || isBusy || isDisabled) return;
    setBusy(true);
    const isDone = await onAction();
    setBusy(false);
    if (isDone) closeDialog();
  };

  return (
    <dialog
      ref={element}
      class={`dialog ${size}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        closeDialog();
      }}
      onClick={(event) => {
        if (event.target === element.current) closeDialog();
      }}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <header>
          <h2 id={heading}>{title}</h2>
          <Button label={texts.common.close} icon="close" kind="quiet" onClick={closeDialog} />
        </header>
        <div class="body" tabIndex={action === undefined ? 0 : undefined}>
          {children}
        </div>
        <footer>
          {aside !== undefined && <div class="aside">{aside}</div>}
          {action !== undefined && <Button label={texts.common.cancel} onClick={closeDialog} />}
          {action !== undefined && (
            <button
              type="submit"
              class={`button wordy ${isDangerous ? "danger" : "primary"}`}
              disabled={isBusy || isDisabled}
            >
              {action}
            </button>
          )}
          {action === undefined && <Button label={texts.common.close} onClick={closeDialog} />}
        </footer>
      </form>
    </dialog>
  );
}
