import type { Style } from "../../terminal/index.ts";
import type { Text } from "./help.ts";
import type { NameGroup } from "./names/index.ts";

/** Services of the program for the names in scope. */
export interface ShellServices {
  /** All name groups of the session. */
  readonly groups: readonly NameGroup[];
  /** Arguments of the command line for a script. */
  readonly words: readonly string[];
  /** Returns the text with the first steps. */
  introduction(style: Style, width: number): Text;
  /** Returns the width of the terminal in columns. */
  width(): number;
  /** Prints text and a line break. */
  print(text: string): void;
  /** Formats a value as the console prints it; `undefined` for no output. */
  show(value: unknown): string | undefined;
  /** Ends the session with an exit status. */
  exit(status: number): void;
  /**
   * Returns a signal that Ctrl-C or the end of the session aborts, new at each call. Call `done` when the operation
   * has ended.
   */
  interruptible(): { readonly signal: AbortSignal; readonly done: () => void };
}
