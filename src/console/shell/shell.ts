import type { EventEmitter } from "node:events";
import { text } from "node:stream/consumers";
import { runInThisContext } from "node:vm";
import { AbortError, errorCode, toError, UsageError, utf8Decode } from "../../base/index.ts";
import { nodeFiles } from "../../runtime/node/index.ts";
import { styleFor } from "../../terminal/index.ts";
import { MAX_SCRIPT_BYTES } from "../limits.ts";
import { ConsolePeer } from "../session/peer/peer.ts";
import { PeerView } from "../session/peer/peer-view.ts";
import { Piece } from "../session/pieces.ts";
import { PLAIN_WIDTH } from "../view/index.ts";
import { defineAliases } from "./aliases.ts";
import { completeLine } from "./completion.ts";
import { ExitRequest } from "./exit-request.ts";
import { defineGlobals, type Lookup } from "./globals.ts";
import { toJson } from "./text/json.ts";
import type { NameGroup } from "./names/index.ts";
import { ownerOf } from "./owners.ts";
import { explainProblem, type ProblemContext } from "./text/problems.ts";
import { Repl } from "./run/repl.ts";
import { lineOf, runScript, unreadableLine } from "./run/script.ts";
import type { ShellServices } from "./services.ts";
import { showValue } from "./text/show.ts";

/** Options of {@link runShell}. */
export interface ShellOptions {
  readonly groups: readonly NameGroup[];
  readonly scope: (services: ShellServices) => ReadonlyMap<string, Lookup>;
  /**
   * The path of the script to run, or `-` for standard input. `undefined` when the user types lines or they are read
   * from a pipe.
   */
  readonly script: string | undefined;
  /** The command-line arguments that are passed to the script. */
  readonly words: readonly string[];
  readonly prompt: string;
  /** Returns the introduction that `help()` prints. */
  readonly introduction: ShellServices["introduction"];
  /** The text that is printed first on a terminal. */
  readonly greeting: string;
  readonly historyFile: string | undefined;
  /** Whether to print values as JSON, one on each line. */
  readonly isJson: boolean;
  /** Closes the session. The global names stay defined until then, because code that is still running may use them. */
  readonly close?: (() => Promise<void>) | undefined;
  /** Aborted by SIGTERM, and by Ctrl-C except at the prompt. */
  readonly signal: AbortSignal;
  /** Whether a value has already been printed as an event. It is then not printed again. */
  readonly isShown?: ((value: unknown) => boolean) | undefined;
  /** Returns the torrent's number of pieces; `undefined` while the metadata is unknown. */
  readonly pieceCount?: (() => number | undefined) | undefined;
  /** Called when the prompt on a terminal is ready. `notify` prints a line above the prompt. */
  readonly onPrompt?: ((notify: (line: string) => void) => void) | undefined;
}

/** The exit status when the script or a line has thrown an error. */
const FAILED = 1;

/**
 * Reads lines or runs a script; both can use the global names. Resolves to the exit status. Rejects with AbortError
 * when the user has interrupted it.
 */
export async function runShell(options: ShellOptions): Promise<number> {
  const shell = new Shell(options);
  return options.script === undefined ? shell.readLines() : shell.runScript(options.script);
}

class Shell {
  readonly #options: ShellOptions;
  readonly #waits = new Set<AbortController>();
  #repl: Repl | undefined;
  #status = 0;

  constructor(options: ShellOptions) {
    this.#options = options;
  }

  async readLines(): Promise<number> {
    const { prompt, historyFile, greeting, groups, signal, onPrompt } = this.#options;
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
    const leave = this.#enter();
    if (isTerminal) this.#print(greeting);
    const repl = new Repl({
      input: process.stdin,
      output: process.stdout,
      isTerminal,
      prompt,
      historyFile,
      show: (value) => this.#show(value),
      isShown: (value) => this.#options.isShown?.(value) === true,
      onProblem: (error, line) => this.#printError(error, line),
      onInterrupt: () => this.#interrupt(),
      complete: (line) => completeLine(line, groups, (path) => ownerOf(valueOf(path))),
    });
    this.#repl = repl;
    const stop = (): void => repl.close();
    signal.addEventListener("abort", stop, { once: true });
    const own = this.#own("unhandledRejection", (error) => this.#printError(error));
    try {
      await repl.loadHistory();
      if (isTerminal) onPrompt?.((line) => repl.notify(line));
      await repl.ended();
    } finally {
      signal.removeEventListener("abort", stop);
      await this.#end(own, leave);
    }
    if (signal.aborted) throw new AbortError("interrupted");
    return this.#status;
  }

  async runScript(path: string): Promise<number> {
    const { signal } = this.#options;
    const [name, source] = path === "-" ? ["[stdin].mjs", await text(process.stdin)] : [path, await readScript(path)];
    const leave = this.#enter();
    let own: () => void = () => undefined;
    let idle: () => void = () => undefined;
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(new AbortError("interrupted")), { once: true });
      // A promise without a handler was rejected, or a timer threw: the script would not notice.
      const endings = [this.#own("unhandledRejection", reject), this.#own("uncaughtException", reject)];
      own = (): void => endings.forEach((end) => end());
      idle = (): void =>
        reject(new UsageError("console.idle", "the script awaits a promise that can no longer settle"));
      process.once("beforeExit", idle);
    });
    try {
      await Promise.race([runScript(name, source), stopped]);
      return this.#status;
    } catch (error) {
      if (error instanceof ExitRequest) return error.status;
      if (signal.aborted) throw error;
      const line = lineOf(error, name) ?? (error instanceof SyntaxError ? unreadableLine(source) : undefined);
      const where = path === "-" ? "script" : path;
      this.#print(
        `${styleFor(process.stderr).bad("millrace:")} ${where}${line === undefined ? "" : `:${line}`}: ${explainProblem(error, this.#problems())}`,
        process.stderr,
      );
      return FAILED;
    } finally {
      process.off("beforeExit", idle);
      await this.#end(own, leave);
    }
  }

  /** Defines the global names. Returns a function that removes them. */
  #enter(): () => void {
    const { groups, scope, words } = this.#options;
    defineAliases(PeerView.prototype, "peer", groups);
    defineAliases(ConsolePeer.prototype, "peer", groups);
    defineAliases(Piece.prototype, "piece", groups);
    return defineGlobals(
      scope({
        groups,
        words,
        introduction: this.#options.introduction,
        width: () => (process.stdout.isTTY ? process.stdout.columns : PLAIN_WIDTH),
        print: (line) => this.#print(line),
        show: (value) => this.#text(value),
        exit: (status) => this.#exit(status),
        interruptible: () => this.#interruptible(),
      }),
    );
  }

  /** Ends the calls that wait, closes the session, and then calls the functions in `undo`. */
  async #end(...undo: readonly (() => void)[]): Promise<void> {
    this.#interrupt();
    try {
      await this.#options.close?.();
    } finally {
      for (const each of undo) each();
    }
  }

  #show(value: unknown): string | undefined {
    if (this.#options.isJson) return JSON.stringify({ event: "value", value: toJson(value) });
    return this.#text(value);
  }

  #text(value: unknown): string | undefined {
    return showValue(value, this.#options.pieceCount?.());
  }

  #print(line: string, stream: NodeJS.WriteStream = process.stdout): void {
    stream.write(`${line}\n`);
  }

  /** Prints an error on one line, and sets the exit status. `line` is the number of the input line, if it is known. */
  #printError(error: unknown, line?: number): void {
    if (error instanceof ExitRequest) return;
    const problem = explainProblem(error, this.#problems());
    // At a prompt errors do not change the status; with lines from a pipe one error does.
    if (!process.stdin.isTTY) this.#status = FAILED;
    if (this.#options.isJson)
      this.#print(JSON.stringify({ event: "error", message: problem, ...(line === undefined ? {} : { line }) }));
    else if (line === undefined) this.#repl?.notify(styleFor(process.stdout).bad(problem));
    else this.#print(`${styleFor(process.stderr).bad("millrace:")} line ${line}: ${problem}`, process.stderr);
  }

  #problems(): ProblemContext {
    return { groups: this.#options.groups, ownerOf, valueOf };
  }

  #exit(status: number): void {
    this.#status = status;
    const repl = this.#repl;
    if (repl === undefined) throw new ExitRequest(status);
    repl.close();
    // Otherwise the shell's prompt would follow on the same line.
    if (process.stdin.isTTY) this.#print("");
  }

  #interruptible(): { readonly signal: AbortSignal; readonly done: () => void } {
    const controller = new AbortController();
    this.#waits.add(controller);
    return { signal: controller.signal, done: () => this.#waits.delete(controller) };
  }

  #interrupt(): void {
    for (const controller of this.#waits) controller.abort(new AbortError("interrupted"));
    this.#waits.clear();
  }

  /** Handles uncaught errors, which would otherwise end the process. Returns a function that removes the handler. */
  #own(event: "unhandledRejection" | "uncaughtException", onError: (error: unknown) => void): () => void {
    const emitter: EventEmitter = process;
    const listeners = emitter.rawListeners(event);
    emitter.removeAllListeners(event);
    emitter.on(event, onError);
    return () => {
      emitter.off(event, onError);
      for (const listener of listeners)
        emitter.on(event, (...given: unknown[]): void => void Reflect.apply(listener, emitter, given));
    };
  }
}

/**
 * Returns the value of an expression that only reads properties, such as `p` or `peers[0].haves`. Returns `undefined`
 * for any other expression, without evaluating it.
 */
function valueOf(path: string): unknown {
  if (!/^[\w$]+(?:\.[\w$]+|\[\d+\])*$/.test(path)) return undefined;
  try {
    return runInThisContext(path);
  } catch {
    return undefined;
  }
}

async function readScript(path: string): Promise<string> {
  try {
    return utf8Decode(await nodeFiles.readAll(path, MAX_SCRIPT_BYTES, { mayBePipe: true })).replace(/^\uFEFF/, "");
  } catch (error) {
    throw new UsageError(
      "console.script",
      errorCode(error) === "storage.not-found"
        ? `the script ${path} cannot be read: there is no such file`
        : `the script ${path} cannot be read: ${toError(error).message}`,
      { cause: error },
    );
  }
}
