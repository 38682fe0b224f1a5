import { createInterface } from "node:readline";
import { Recoverable, start, type REPLServer } from "node:repl";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";

/** Options of {@link Repl}. */
export interface ReplOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Whether the input is a terminal. Then there is a prompt with line editing, completion and history. */
  readonly isTerminal: boolean;
  readonly prompt: string;
  /** The path of the file that stores typed lines for later sessions; `undefined` when they are not stored. */
  readonly historyFile: string | undefined;
  /** Formats a value as text; `undefined` prints nothing. */
  readonly show: (value: unknown) => string | undefined;
  /** Whether a value has already been printed as an event. It is then not printed again. */
  readonly isShown: (value: unknown) => boolean;
  /**
   * Called with each error. `line` is the number of the input line, from 1, when lines are read from a pipe;
   * `undefined` on a terminal.
   */
  readonly onProblem: (error: unknown, line: number | undefined) => void;
  /** Called when the user presses Ctrl-C. The operation that the user waits for must then end. */
  readonly onInterrupt: () => void;
  /**
   * Returns the completions for the text before the cursor. When it returns `undefined`, Node's own completion is used.
   */
  readonly complete: (line: string) => readonly [string[], string] | undefined;
}

/** The key of a global property. It holds the promise that a line returned, while the REPL waits for the promise. */
const AWAITED = Symbol.for("millrace.console.awaited");
/**
 * Matches the `const` or `let` at the start of a line. The REPL removes it, so that a line can declare a name again:
 * `const p = …`.
 */
const DECLARATION = /^\s*(?:const|let)(?=\s)/;

type Callback = (error: Error | null, value: unknown) => void;

/** Evaluates JavaScript line by line in the global scope, with top-level await. */
export class Repl {
  readonly #server: REPLServer;
  readonly #options: ReplOptions;
  readonly #ended: Promise<void>;
  /**
   * When lines are read from a pipe: the number of the current line, and whether its statement continues on the next
   * line.
   */
  #line: number | undefined;
  #isUnfinished = false;
  #isOver = false;
  /** The line that is being evaluated; `undefined` while the REPL waits for input. */
  #pending: { readonly callback: Callback; readonly done: Promise<void>; readonly end: () => void } | undefined;

  constructor(options: ReplOptions) {
    this.#options = options;
    const lines = new PassThrough();
    this.#server = start({
      prompt: options.isTerminal ? options.prompt : "",
      input: options.isTerminal ? options.input : lines,
      output: options.output,
      terminal: options.isTerminal,
      useGlobal: true,
      ignoreUndefined: true,
      // Eager evaluation would call getters of what is typed.
      preview: false,
      breakEvalOnSigint: true,
      writer: (value: unknown) => options.show(value) ?? "",
    });
    // Not even the dots before a line that goes on.
    if (!options.isTerminal)
      Object.defineProperty(this.#server, "displayPrompt", { value: () => undefined, configurable: true });
    this.#tellProblems();
    this.#completeNames();
    this.#server.on("SIGINT", () => options.onInterrupt());
    this.#ended = new Promise((resolve) => {
      this.#server.once("exit", resolve);
    });
    this.#server.once("exit", () => {
      this.#isOver = true;
    });
    if (!options.isTerminal) this.#feed(lines).catch((error: unknown) => this.#printError(error));
  }

  /** Reads the lines of earlier sessions. Errors are ignored, because the console works without them. */
  async loadHistory(): Promise<void> {
    const { historyFile, isTerminal } = this.#options;
    if (historyFile === undefined || !isTerminal) return;
    await new Promise<void>((resolve) => {
      this.#server.setupHistory(historyFile, () => resolve());
    });
  }

  /** Resolves when the REPL has ended: the user has left it, or the input has ended. */
  ended(): Promise<void> {
    return this.#ended;
  }

  close(): void {
    this.#server.close();
  }

  /** Prints a line about an event, above the line that the user is typing. */
  notify(text: string): void {
    const { output, isTerminal } = this.#options;
    if (!isTerminal || this.#pending !== undefined || this.#isOver) {
      output.write(`${text}\n`);
      return;
    }
    output.write(`\r\u001b[0J${text}\n`);
    this.#server.displayPrompt(true);
  }

  /** Evaluates the lines of a pipe one after another. Node's own REPL would start all of them at once. */
  async #feed(lines: PassThrough): Promise<void> {
    const reader = createInterface({ input: this.#options.input, crlfDelay: Infinity });
    this.#server.once("exit", () => reader.close());
    for await (const line of reader) {
      this.#line = (this.#line ?? 0) + 1;
      lines.write(`${line}\n`);
      // A line that is evaluated at all has begun by then.
      await turn();
      await turn();
      await this.#pending?.done;
    }
    if (this.#isUnfinished) this.#printError(new SyntaxError("the last statement is incomplete"));
    lines.end();
  }

  /** Makes the REPL print an error on one line, and wait for a promise that a line returns. */
  #tellProblems(): void {
    const server = this.#server;
    const evaluate = server.eval.bind(server);
    const evaluateAndTell: typeof server.eval = (code, context, file, callback) => {
      this.#begin(callback);
      evaluate(code.replace(DECLARATION, "var"), context, file, (error, value: unknown) => {
        if (error !== null || !(value instanceof Promise)) {
          this.#settle(error, value);
          return;
        }
        Reflect.set(globalThis, AWAITED, value);
        evaluate(
          'await globalThis[Symbol.for("millrace.console.awaited")]\n',
          context,
          file,
          (reason, result: unknown) => this.#settle(reason, result),
        );
      });
    };
    // Given as an option, it would have to do without breakEvalOnSigint.
    Object.defineProperty(server, "eval", { value: evaluateAndTell, configurable: true });
    // Where Node catches what lines throw by a domain, it prints it with its stack; only there can that be had first.
    const domain: unknown = Reflect.get(server, "_domain");
    if (!isDomain(domain)) return;
    domain.removeAllListeners("error");
    domain.on("error", (error: unknown) => {
      if (this.#pending === undefined) this.#printError(error);
      else this.#settle(error instanceof Error ? error : new Error(String(error), { cause: error }), undefined);
    });
  }

  #printError(error: unknown): void {
    this.#options.onProblem(error, this.#line);
  }

  #begin(callback: Callback): void {
    let end: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#pending = { callback, done, end };
  }

  #settle(error: Error | null, value: unknown): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    this.#isUnfinished = error instanceof Recoverable;
    if (error instanceof Recoverable) pending.callback(error, undefined);
    else {
      if (error !== null) this.#printError(error);
      pending.callback(null, error === null && !this.#options.isShown(value) ? value : undefined);
    }
    pending.end();
  }

  #completeNames(): void {
    const server = this.#server;
    const complete = server.completer.bind(server);
    const completer: typeof server.completer = (
      line: string,
      callback: (error: null | undefined, result: [string[], string]) => void,
    ) => {
      const found = this.#options.complete(line);
      if (found !== undefined && found[0].length > 0) callback(null, [[...found[0]], found[1]]);
      else Reflect.apply(complete, undefined, [line, callback]);
    };
    Object.defineProperty(server, "completer", { value: completer, configurable: true });
  }
}

interface ErrorSource {
  removeAllListeners(event: "error"): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
}

function isDomain(value: unknown): value is ErrorSource {
  return typeof value === "object" && value !== null && "removeAllListeners" in value && "on" in value;
}
