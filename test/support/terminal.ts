import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFile, mkdir } from "node:fs/promises";
import { afterEach } from "vitest";
import { eventually } from "./process.ts";
import { TMUX } from "./programs.ts";

const open = new Set<Terminal>();
afterEach(() => {
  for (const terminal of open) terminal.close();
});

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program on a real terminal (tmux): the test types, and reads the screen. */
export class Terminal {
  readonly #socket = `millrace-test-${randomBytes(6).toString("hex")}`;

  constructor(command: readonly string[], { columns = 110, rows = 60, environment = {} }: TerminalOptions = {}) {
    const variables = Object.entries({ LANG: "C.UTF-8", ...environment }).map(([name, value]) => `${name}=${value}`);
    const line = ["env", ...variables, ...command].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    // The last screen stays readable after the end.
    this.#tmux(
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      "-x",
      String(columns),
      "-y",
      String(rows),
      `${line}; echo "exit status $?"; read _`,
    );
    open.add(this);
  }

  /** Types the text, and Enter. */
  enter(text: string): void {
    this.#tmux("send-keys", "-l", text);
    this.press("Enter");
  }

  /** Presses keys by their names in tmux: `C-c`, `Tab`, `Up`. */
  press(...keys: string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  /** The text of the screen, without empty lines at the end. */
  screen(): string {
    return this.#tmux("capture-pane", "-p").trimEnd();
  }

  /** Resolves to the text of the screen when it matches. */
  async shows(what: string | RegExp): Promise<string> {
    return eventually(`the screen shows ${String(what)}; it shows:\n${this.screen()}`, () => {
      const screen = this.screen();
      return (typeof what === "string" ? screen.includes(what) : what.test(screen)) ? screen : undefined;
    });
  }

  /**
   * Presses a key again and again until the screen matches: readline handles a second Tab only after it has handled the
   * first.
   */
  async pressUntil(key: string, what: string): Promise<void> {
    await eventually(`${key} makes the screen show ${what}`, () => {
      this.press(key);
      return this.screen().includes(what);
    });
  }

  /** Saves the screen to the folder of MILLRACE_SCREENS, if that is set. */
  async keep(name: string): Promise<void> {
    const folder = process.env["MILLRACE_SCREENS"];
    if (folder === undefined) return;
    await mkdir(folder, { recursive: true });
    await appendFile(`${folder}/${name}.txt`, `${this.screen()}\n${"=".repeat(110)}\n`);
  }

  close(): void {
    open.delete(this);
    try {
      this.#tmux("kill-server");
    } catch {
      // It has ended by itself.
    }
  }

  #tmux(...args: string[]): string {
    return execFileSync(TMUX, ["-L", this.#socket, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }
}
