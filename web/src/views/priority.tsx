import type { JSX } from "preact";
import type { Priority } from "../../../src/api/index.ts";
import { Select } from "../components/fields.tsx";
import { texts } from "../texts/texts.ts";

const words = texts.files.priorities;
const PRIORITIES: readonly Priority[] = ["high", "normal", "low", "skip"];

interface Props {
  readonly label: string;
  readonly value: Priority | "mixed";
  readonly onChange: (priority: Priority) => void;
}

/**
 * A drop-down list for the priority of a file or folder. "mixed" is shown for a folder whose files have different
 * priorities; the user cannot choose it.
 */
export function PrioritySelect({ label, value, onChange }: Props): JSX.Element {
  const options = PRIORITIES.map((priority): readonly [Priority | "mixed", string] => [priority, words[priority]]);
  return (
    <Select
      label={label}
      isBare
      value={value}
      options={value === "mixed" ? [["mixed", words.mixed], ...options] : options}
      onChange={(chosen) => {
        if (chosen !== "mixed") onChange(chosen);
      }}
    />
  );
}
