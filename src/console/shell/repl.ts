import { start, Recoverable, type REPLServer } from "node:repl";
import type { Readable, Writable } from "node:stream";

export interface ReplOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Whether a person sits before it: prompt, editing, completion, history. */
  readonly isTerminal: boolean;
  readonly prompt: string;
  /** Where lines are kept for the next time; `undefined` keeps none. */
  readonly historyFile: string | undefined;
  /** A value as text; `undefined` prints nothing. */
  readonly show: (value: unknown) => string | undefined;
  /** Told of everything that a line threw. */
  readonly onProblem: (error: unknown) => void;
  /** What may stand behind the cursor; Node's own completion of JavaScript follows. */
  readonly complete: (line: string) => readonly [string[], string] | undefined;
}

/** Where a value waits for the line that awaits it. */
const AWAITED = Symbol.for("millrace.console.awaited");

/** JavaScript line by line, with top-level await, in the global scope. */
export class Repl {
  readonly #server: REPLServer;
  readonly #options: ReplOptions;
  readonly #ended: Promise<void>;

  constructor(options: ReplOptions) {
    this.#options = options;
    this.#server = start({
      prompt: options.isTerminal ? options.prompt : "",
      input: options.input,
      output: options.output,
      terminal: options.isTerminal,
      useGlobal: true,
      ignoreUndefined: true,
      // Eager evaluation would call getters of what is typed.
      preview: false,
      breakEvalOnSigint: true,
      writer: (value: unknown) => options.show(value) ?? "",
    });
    this.#tellProblems();
    this.#completeNames();
    this.#ended = new Promise((resolve) => {
      this.#server.once("exit", resolve);
    });
  }

  /** Reads the history. Resolves whether it could or not: it is a convenience. */
  async loadHistory(): Promise<void> {
    const { historyFile, isTerminal } = this.#options;
    if (historyFile === undefined || !isTerminal) return;
    await new Promise<void>((resolve) => {
      this.#server.setupHistory(historyFile, () => resolve());
    });
  }

  /** Resolves when the person (or the end of the input) has ended it. */
  ended(): Promise<void> {
    return this.#ended;
  }

  close(): void {
    this.#server.close();
  }

  /** Prints something that has just happened, above the line that is being typed. */
  notify(text: string): void {
    const { output, isTerminal } = this.#options;
    if (!isTerminal) {
      output.write(`${text}\n`);
      return;
    }
    output.write(`\r\u001b[0K${text}\n`);
    this.#server.displayPrompt(true);
  }

  /** What a line throws is told in one line, and a promise that it answers is awaited. */
  #tellProblems(): void {
    const server = this.#server;
    const evaluate = server.eval.bind(server);
    const evaluateAndTell: typeof server.eval = (code, context, file, callback) => {
      const told = (error: Error | null, value: unknown): void => {
        if (error === null) {
          callback(null, value);
          return;
        }
        if (error instanceof Recoverable) {
          callback(error, undefined);
          return;
        }
        this.#options.onProblem(error);
        callback(null, undefined);
      };
      evaluate(code, context, file, (error, value: unknown) => {
        if (error !== null || !(value instanceof Promise)) {
          told(error, value);
          return;
        }
        Reflect.set(globalThis, AWAITED, value);
        evaluate('await globalThis[Symbol.for("millrace.console.awaited")]\n', context, file, told);
      });
    };
    // Given as an option, it would have to do without breakEvalOnSigint.
    Object.defineProperty(server, "eval", { value: evaluateAndTell, configurable: true });
  }

  #completeNames(): void {
    const server = this.#server;
    const complete = server.completer.bind(server);
    const completer: typeof server.completer = (line: string, callback: (error: null | undefined, result: [string[], string]) => void) => {
      const found = this.#options.complete(line);
      if (found !== undefined && found[0].length > 0) callback(null, [[...found[0]], found[1]]);
      else Reflect.apply(complete, undefined, [line, callback]);
    };
    Object.defineProperty(server, "completer", { value: completer, configurable: true });
  }
}
