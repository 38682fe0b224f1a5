import type { Style } from "../../terminal/index.ts";
import type { Text } from "./help.ts";
import type { NameGroup } from "./names/index.ts";

/** What names in scope need of the program around them. */
export interface ShellServices {
  /** All names there are. */
  readonly groups: readonly NameGroup[];
  /** What the command line has for a script. */
  readonly words: readonly string[];
  /** How to begin. */
  introduction(style: Style, width: number): Text;
  /** Columns of the screen. */
  width(): number;
  /** Prints text and a new line. */
  print(text: string): void;
  /** A value as the console shows it; `undefined` for nothing. */
  show(value: unknown): string | undefined;
  /** Ends the session. */
  exit(status: number): void;
  /** Aborted by Ctrl-C while something is waited for, and at the end. A new one each time. */
  interruptible(): { readonly signal: AbortSignal; readonly done: () => void };
}
