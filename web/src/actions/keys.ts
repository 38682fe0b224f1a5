import { pickFiles, toggleRunning } from "./actions.ts";
import { dialog, menu } from "../state/ui.ts";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement
    ? target.type !== "checkbox"
    : target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/**
 * Handles keyboard shortcuts for the whole page. They are ignored while the user types in a field or while a dialog is
 * open. Returns a function that removes the listener.
 */
export function listenKeys(): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      isTyping(event.target) ||
      dialog.value !== null ||
      menu.value !== null
    )
      return;
    const run = {
      "/": () => document.querySelector<HTMLElement>("#search")?.focus(),
      o: pickFiles,
      u: () => (dialog.value = { kind: "add-url", url: "" }),
      p: toggleRunning,
      "?": () => (dialog.value = { kind: "keys" }),
    }[event.key];
    if (run === undefined) return;
    event.preventDefault();
    run();
  };
  const onPaste = (event: ClipboardEvent): void => {
    if (isTyping(event.target) || dialog.value !== null) return;
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (/^(?:magnet:\?|https?:\/\/|(?:[0-9a-f]{40}|[0-9a-f]{64})$)/i.test(text))
      dialog.value = { kind: "add-url", url: text };
  };
  addEventListener("keydown", onKeyDown);
  addEventListener("paste", onPaste);
  return () => {
    removeEventListener("keydown", onKeyDown);
    removeEventListener("paste", onPaste);
  };
}
