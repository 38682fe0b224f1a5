import { styleText } from "node:util";

/** Functions that style text by its meaning, such as an error. */
export interface Style {
  /** Whether characters beyond ASCII may be used. */
  readonly unicode: boolean;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
  accent(text: string): string;
}

type Stream = Pick<NodeJS.WriteStream, "isTTY"> & Partial<Pick<NodeJS.WriteStream, "hasColors">>;

/**
 * Returns the styles for `stream`. Colours are used when it is a terminal that supports them and neither NO_COLOR nor
 * TERM=dumb is set.
 */
export function styleFor(stream: Stream, environment: NodeJS.ProcessEnv = process.env): Style {
  const hasColor = stream.isTTY && (environment["NO_COLOR"] ?? "") === "" && stream.hasColors?.(environment) === true;
  // By default styleText checks stdout, which need not be `stream`.
  const paint = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    hasColor ? styleText(format, text, { validateStream: false }) : text;
  return {
    unicode: speaksUnicode(environment),
    good: paint("green"),
    bad: paint("red"),
    warn: paint("yellow"),
    dim: paint("dim"),
    strong: paint("bold"),
    accent: paint("cyan"),
  };
}

/** Whether the terminal uses UTF-8, according to the locale. Always true on Windows and macOS. */
function speaksUnicode(environment: NodeJS.ProcessEnv): boolean {
  if (process.platform === "win32" || process.platform === "darwin") return true;
  const locale = environment["LC_ALL"] || environment["LC_CTYPE"] || environment["LANG"] || "";
  return /utf-?8/i.test(locale);
}
