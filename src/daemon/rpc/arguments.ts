import { InputError } from "../../base/index.ts";
import { isObject, snake } from "./names.ts";

/**
 * The arguments of an RPC call. Their names are in snake_case, whatever the client's spelling. Reading an argument of
 * the wrong type throws; unknown arguments are ignored, as in Transmission.
 */
export class Arguments {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(values: unknown) {
    this.#values = new Map(isObject(values) ? Object.entries(values).map(([name, value]) => [snake(name), value]) : []);
  }

  /** Returns the names of all arguments in snake_case. */
  names(): Iterable<string> {
    return this.#values.keys();
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  raw(name: string): unknown {
    return this.#values.get(name);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === undefined || typeof value === "string") return value;
    throw wrong(name, "a string");
  }

  number(name: string): number | undefined {
    const value = this.#values.get(name);
    if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
    throw wrong(name, "a number");
  }

  /**
   * Returns a non-negative number, multiplied by `scale` and rounded to an integer; `undefined` when the argument is
   * missing.
   */
  amount(name: string, scale = 1): number | undefined {
    const value = this.number(name);
    if (value === undefined) return undefined;
    const whole = Math.round(value * scale);
    if (value < 0 || !Number.isSafeInteger(whole))
      throw wrong(name, "a number from 0 on, below 2^53 when it is converted to bytes");
    return whole;
  }

  flag(name: string): boolean | undefined {
    const value = this.#values.get(name);
    if (value === undefined || typeof value === "boolean") return value;
    if (value === 0 || value === 1) return value === 1;
    throw wrong(name, "true or false");
  }

  list(name: string): readonly unknown[] | undefined {
    const value: unknown = this.#values.get(name);
    if (value === undefined || Array.isArray(value)) return value;
    throw wrong(name, "a list");
  }

  numbers(name: string): readonly number[] | undefined {
    return this.list(name)?.map((item) => {
      if (typeof item === "number" && Number.isSafeInteger(item)) return item;
      throw wrong(name, "a list of numbers");
    });
  }

  texts(name: string): readonly string[] | undefined {
    return this.list(name)?.map((item) => {
      if (typeof item === "string") return item;
      throw wrong(name, "a list of strings");
    });
  }
}

function wrong(name: string, what: string): InputError {
  return new InputError("rpc.argument", `argument ${name} must be ${what}`);
}
