/** The result of a check: fine, worth a look, or a problem that keeps Millrace from working well. */
export type Level = "ok" | "warning" | "problem" | "unknown";

/** What a check has found. */
export interface Finding {
  readonly level: Level;
  /** What was found, in one sentence without its full stop. */
  readonly text: string;
  /** What the user can do. */
  readonly advice?: string;
}

/** A check of `millrace doctor`. */
export interface Check {
  /** The name that is printed, and that programs read: a word or two. */
  readonly name: string;
  /** Runs the check. Rejections are reported as problems. */
  run(signal: AbortSignal): Promise<readonly Finding[]>;
}

/** Makes a finding without a problem. */
export function ok(text: string): Finding {
  return { level: "ok", text };
}

/** Makes a finding that keeps Millrace from working well. */
export function problem(text: string, advice: string): Finding {
  return { level: "problem", text, advice };
}

/** Makes a finding that is worth a look. */
export function warning(text: string, advice: string): Finding {
  return { level: "warning", text, advice };
}

/** Makes a finding for what could not be checked. */
export function unknown(text: string, advice?: string): Finding {
  return advice === undefined ? { level: "unknown", text } : { level: "unknown", text, advice };
}
