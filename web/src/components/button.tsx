import type { ComponentChildren, JSX } from "preact";
import type { IconName } from "./icon.tsx";
import { Icon } from "./icon.tsx";

interface Props {
  readonly label: string;
  readonly onClick: (event: MouseEvent) => void;
  readonly icon?: IconName;
  /** Whether the label is shown next to the icon. Otherwise it is only the accessible name and the tooltip. */
  readonly isWordy?: boolean;
  readonly kind?: "plain" | "primary" | "danger" | "quiet";
  readonly isDisabled?: boolean;
  readonly isPressed?: boolean | undefined;
  readonly hasPopup?: boolean;
  readonly children?: ComponentChildren;
  readonly class?: string;
}

/** A button with an icon, a label or both. */
export function Button({
  label,
  onClick,
  icon,
  isWordy = icon === undefined,
  kind = "plain",
  isDisabled = false,
  isPressed,
  hasPopup,
  children,
  class: extra = "",
}: Props): JSX.Element {
  return (
    <button
      type="button"
      class={`button ${kind} ${isWordy ? "wordy" : "square"} ${extra}`}
      aria-label={isWordy && children === undefined ? undefined : label}
      title={isWordy ? undefined : label}
      aria-pressed={isPressed}
      aria-haspopup={hasPopup === true ? "menu" : undefined}
      disabled={isDisabled}
      onClick={onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      {isWordy && <span>{children ?? label}</span>}
    </button>
  );
}
