import { UsageError, whenAborted } from "../../../base/index.ts";
import { List } from "../../list.ts";
import { knownFields, plainObject, wholeBetween, wrong } from "../../session/arguments.ts";
import type { ShellServices } from "../services.ts";
import { Text } from "../help.ts";
import { lineText } from "../text/tables.ts";

const CALL = "tail(list, { lines, follow, before })";
const LINES = 10;

interface TailOptions {
  readonly lines: number;
  readonly follow: boolean;
  readonly before: (() => unknown) | undefined;
}

/**
 * Returns the function `tail`, which prints the last elements of a list; with `follow` it also prints new elements,
 * until Ctrl-C.
 */
export function makeTail(services: ShellServices): (list?: unknown, ...rest: unknown[]) => Text | Promise<void> {
  const last = (list: readonly unknown[], lines: number): string[] =>
    lines === 0 ? [] : list.slice(-lines).map((element) => lineText(element));
  const follow = async (list: List<unknown>, { lines, before }: TailOptions): Promise<void> => {
    const stop = list.watch((element) => services.print(lineText(element)));
    const { signal, done } = services.interruptible();
    try {
      for (const line of last(list, lines)) services.print(line);
      await before?.();
      await whenAborted(signal);
    } finally {
      stop();
      done();
    }
  };
  return (list, ...rest) => {
    if (!Array.isArray(list)) throw wrong(CALL, "list", "a list, such as peer.messages or log", list);
    const options = readOptions(rest);
    if (!options.follow) {
      options.before?.();
      return new Text(list.length === 0 ? "nothing yet" : last(list, options.lines).join("\n"));
    }
    if (!(list instanceof List))
      throw new UsageError(
        "console.argument",
        `${CALL}: only lists that grow can be followed: peers, log, peer.messages, peer.timeline`,
      );
    return follow(list, options);
  };
}

/** Reads the options of `tail` from an object, or from separate arguments as in earlier tools. */
function readOptions(rest: readonly unknown[]): TailOptions {
  const [first, second, third] = rest;
  const given =
    typeof first === "number" || rest.length > 1
      ? { lines: first, follow: second, before: third }
      : plainObject(CALL, "the second argument", first);
  knownFields(CALL, given, ["lines", "follow", "before"]);
  const { lines, follow, before } = given;
  if (before !== undefined && before !== null && typeof before !== "function")
    throw wrong(CALL, "before", "a function", before);
  return {
    lines: lines === undefined ? LINES : wholeBetween(CALL, "lines", lines, 0, Number.MAX_SAFE_INTEGER),
    follow: follow === true,
    before: typeof before === "function" ? (): unknown => Reflect.apply(before, undefined, []) : undefined,
  };
}
