import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../../../components/button.tsx";
import { TextField } from "../../../components/fields.tsx";
import { texts } from "../../../texts/texts.ts";
import type { SectionProps } from "./fields.tsx";

const words = texts.settings;

/** The section of the settings for labels and the folder of each label. */
export function LabelFields({ draft, set }: SectionProps): JSX.Element {
  const [rows, setRows] = useState<readonly (readonly [string, string])[]>(Object.entries(draft.labels));
  const change = (next: readonly (readonly [string, string])[]): void => {
    setRows(next);
    set({
      labels: Object.fromEntries(
        next.filter(([label]) => label.trim() !== "").map(([label, folder]) => [label.trim(), folder]),
      ),
    });
  };
  const replace = (at: number, row: readonly [string, string]): void =>
    change(rows.map((other, index) => (index === at ? row : other)));
  return (
    <>
      {rows.length === 0 && <p class="muted">{words.noLabels}</p>}
      {rows.map(([label, folder], at) => (
        <div key={at} class="label-row">
          <TextField label={words.label} value={label} onInput={(text) => replace(at, [text, folder])} />
          <TextField label={words.folder} value={folder} onInput={(text) => replace(at, [label, text])} />
          <Button
            label={words.removeLabel(label)}
            icon="remove"
            kind="quiet"
            onClick={() => change(rows.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <Button label={words.addLabel} onClick={() => change([...rows, ["", ""]])} />
    </>
  );
}
