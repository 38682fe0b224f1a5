import type { ComponentChildren, JSX, TargetedInputEvent } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { texts } from "../texts/texts.ts";

interface Common {
  readonly label: string;
  readonly hint?: string;
  readonly isFirst?: boolean;
}

function Labelled({
  id,
  label,
  hint,
  children,
}: {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface TextProps extends Common {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: "text" | "password" | "time";
  readonly placeholder?: string;
  readonly suggestions?: readonly string[];
  readonly isRequired?: boolean;
}

/** An input field for one line of text. */
export function TextField({
  label,
  hint,
  isFirst,
  value,
  onInput,
  type = "text",
  placeholder,
  suggestions,
  isRequired = false,
}: TextProps): JSX.Element {
  const id = useId();
  const common = {
    id,
    value,
    placeholder,
    required: isRequired,
    spellcheck: false,
    "data-first": isFirst,
    "aria-describedby": hint === undefined ? undefined : `${id}-hint`,
    onInput: (event: TargetedInputEvent<HTMLInputElement>) => onInput(event.currentTarget.value),
  };
  return (
    <Labelled id={id} label={label} hint={hint}>
      {type === "password" ? (
        <input {...common} type="password" autocomplete="current-password" />
      ) : type === "time" ? (
        <input {...common} type="time" />
      ) : (
        <input {...common} autocomplete="off" list={suggestions === undefined ? undefined : `${id}-list`} />
      )}
      {suggestions !== undefined && (
        <datalist id={`${id}-list`}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
    </Labelled>
  );
}

interface AreaProps extends Common {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly rows?: number;
}

/** An input field for several lines of text. */
export function AreaField({ label, hint, isFirst, value, onInput, rows = 4 }: AreaProps): JSX.Element {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint}>
      <textarea
        id={id}
        rows={rows}
        value={value}
        spellcheck={false}
        data-first={isFirst}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Labelled>
  );
}

interface NumberProps extends Common {
  /** The text in the field; empty when no number is entered. */
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly unit?: string;
  readonly empty?: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number | "any";
  readonly isRequired?: boolean;
}

/** An input field for a number. */
export function NumberField({
  label,
  hint,
  isFirst,
  value,
  onInput,
  unit,
  empty,
  min = 0,
  max,
  step = 1,
  isRequired = false,
}: NumberProps): JSX.Element {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint}>
      <span class="with-unit">
        <input
          id={id}
          type="number"
          inputMode="decimal"
          value={value}
          min={min}
          max={max}
          step={step}
          placeholder={empty}
          required={isRequired}
          data-first={isFirst}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
        {unit !== undefined && <span class="unit">{unit}</span>}
      </span>
    </Labelled>
  );
}

/** An input field for a rate in KiB/s. */
export function RateField(props: Omit<NumberProps, "unit" | "empty">): JSX.Element {
  return <NumberField {...props} unit={texts.common.kib} empty={texts.common.noLimit} />;
}

interface CheckProps {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly isFirst?: boolean;
  /** The reason why the box cannot be changed; `undefined`: it can. */
  readonly whyDisabled?: string | undefined;
}

/** The time, in milliseconds, for which a box shows what the user chose while the daemon has not confirmed it. */
const UNCONFIRMED_MS = 5_000;

/**
 * A check box with a label. It shows what the user chose at once, and the value of `isChecked` again when that changes,
 * or when it has not changed for a while because the request failed.
 */
export function Check({ label, isChecked, onChange, isFirst, whyDisabled }: CheckProps): JSX.Element {
  const [chosen, setChosen] = useState<boolean | undefined>(undefined);
  useEffect(() => setChosen(undefined), [isChecked]);
  useEffect(() => {
    if (chosen === undefined) return undefined;
    const timer = setTimeout(() => setChosen(undefined), UNCONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [chosen]);
  return (
    <label class="check" title={whyDisabled}>
      <input
        type="checkbox"
        checked={chosen ?? isChecked}
        disabled={whyDisabled !== undefined}
        data-first={isFirst}
        onChange={(event) => {
          setChosen(event.currentTarget.checked);
          onChange(event.currentTarget.checked);
        }}
      />
      <span>{label}</span>
    </label>
  );
}

interface SelectProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
  /** Whether the label is hidden, so that only screen readers announce it. */
  readonly isBare?: boolean;
}

/** A drop-down list from which the user chooses a value. */
export function Select<Value extends string>({
  label,
  value,
  options,
  onChange,
  isBare = false,
}: SelectProps<Value>): JSX.Element {
  const id = useId();
  const select = (
    <select
      id={id}
      value={value}
      aria-label={isBare ? label : undefined}
      onChange={(event) => {
        const chosen = options.find(([option]) => option === event.currentTarget.value);
        if (chosen !== undefined) onChange(chosen[0]);
      }}
    >
      {options.map(([option, name]) => (
        <option key={option} value={option}>
          {name}
        </option>
      ))}
    </select>
  );
  return isBare ? (
    select
  ) : (
    <Labelled id={id} label={label}>
      {select}
    </Labelled>
  );
}
