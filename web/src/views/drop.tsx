import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { openFiles } from "../actions/actions.ts";
import { Icon } from "../components/icon.tsx";
import { dialog } from "../state/ui.ts";
import { texts } from "../texts/texts.ts";

/** Receives torrent files and links that the user drags onto the page, and opens the dialog that adds them. */
export function DropZone(): JSX.Element | null {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const takes = (event: DragEvent): boolean =>
      ["Files", "text/uri-list"].some((type) => event.dataTransfer?.types.includes(type) === true);
    const onOver = (event: DragEvent): void => {
      if (!takes(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      setOver(false);
      if (!takes(event)) return;
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      const url = event.dataTransfer?.getData("text/uri-list").split(/\s+/)[0] ?? "";
      if (files.length > 0) void openFiles(files);
      else if (url !== "") dialog.value = { kind: "add-url", url };
    };
    addEventListener("dragover", onOver);
    addEventListener("dragleave", onLeave);
    addEventListener("drop", onDrop);
    return () => {
      removeEventListener("dragover", onOver);
      removeEventListener("dragleave", onLeave);
      removeEventListener("drop", onDrop);
    };
  }, []);
  if (!isOver) return null;
  return (
    <div class="drop-zone" aria-hidden="true">
      <div>
        <Icon name="file" size={40} />
        <p>{texts.drop}</p>
      </div>
    </div>
  );
}
