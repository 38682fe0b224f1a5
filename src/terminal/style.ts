import { styleText } from "node:util";

/** A look, by what it means. */
export interface Style {
  /** Characters beyond ASCII may be used. */
  readonly unicode: boolean;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
  accent(text: string): string;
}

type Stream = Pick<NodeJS.WriteStream, "isTTY"> & Partial<Pick<NodeJS.WriteStream, "hasColors">>;

/** How to write to `stream`: colours on a terminal that has them, unless NO_COLOR (or TERM=dumb) is set. */
export function styleFor(stream: Stream, environment: NodeJS.ProcessEnv = process.env): Style {
  const hasColor = stream.isTTY && (environment["NO_COLOR"] ?? "") === "" && stream.hasColors?.(environment) === true;
  // Left to itself, styleText asks stdout, which may not be where this goes.
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

/** From the locale on Unix; other systems' terminals use UTF-8. */
function speaksUnicode(environment: NodeJS.ProcessEnv): boolean {
  if (process.platform === "win32" || process.platform === "darwin") return true;
  const locale = environment["LC_ALL"] || environment["LC_CTYPE"] || environment["LANG"] || "";
  return /utf-?8/i.test(locale);
}
