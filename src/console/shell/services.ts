import type { Style } from "../../terminal/index.ts";
import type { Text } from "./help.ts";
import type { NameGroup } from "./names/index.ts";

/** The functions and data of the program that global functions of the console use, such as `help`. */
export interface ShellServices {
  /** All name groups of the session, for help. */
  readonly groups: readonly NameGroup[];
  /** The command-line arguments that are passed to the script. */
  readonly words: readonly string[];
  /** Returns the introduction that `help()` prints. */
  introduction(style: Style, width: number): Text;
  /** Returns the width of the terminal in columns. */
  width(): number;
  /** Prints text and a line break. */
  print(text: string): void;
  /** Formats a value as the console prints it; `undefined` for no output. */
  show(value: unknown): string | undefined;
  /** Ends the session with this exit status. */
  exit(status: number): void;
  /**
   * Returns a new signal, which is aborted by Ctrl-C or when the session ends. Call `done` when the operation that
   * uses the signal has ended.
   */
  interruptible(): { readonly signal: AbortSignal; readonly done: () => void };
}
