import { AbortError, errorCode, MillraceError, toError } from "../../../base/index.ts";
import { clean } from "../../../terminal/index.ts";
import { nearest } from "./nearest.ts";
import type { NameGroup } from "../names/index.ts";

/** Options of {@link explainProblem}. */
export interface ProblemContext {
  readonly groups: readonly NameGroup[];
  /**
   * Returns the value of an expression without side effects, such as `p` or `peers[0]`; `undefined` when it cannot be
   * evaluated.
   */
  readonly valueOf?: ((path: string) => unknown) | undefined;
  /**
   * Returns the owner under which the help lists the members of a value, such as `peer` or `tracker`; `undefined` when
   * there is none.
   */
  readonly ownerOf: (value: unknown) => string | undefined;
}

/** Formats an error on one line, with advice for the user. The stack is never printed. */
export function explainProblem(thrown: unknown, context: ProblemContext): string {
  if (thrown instanceof AbortError || errorCode(thrown) === "ERR_SCRIPT_EXECUTION_INTERRUPTED") return "interrupted";
  const error = toError(thrown);
  if (!(thrown instanceof Error)) return clean(`this was thrown: ${error.message}`);
  if (thrown instanceof MillraceError) return clean(error.message);
  if (error.name === "ReferenceError") return explainReference(error.message, context);
  if (error.name === "TypeError") return explainType(error.message, context);
  const [line = ""] = error.message.split("\n");
  if (error.name === "SyntaxError" && line.startsWith("Cannot use import statement"))
    return 'at the prompt, load a module with await import("…")';
  if (error.name === "SyntaxError") return clean(`this line is not valid JavaScript: ${line}`);
  return clean(error.name === "Error" ? line : `${error.name}: ${line}`) || error.name;
}

function explainReference(message: string, { groups }: ProblemContext): string {
  const name = /^([\w$]+) is not defined$/.exec(message)?.[1];
  if (name === undefined) return clean(message);
  const near = nearest(name, namesOf(groups, ""));
  const member =
    near === undefined
      ? groups.find(
          ({ owner, names }) =>
            owner !== "" && names.some((entry) => entry.name === name || entry.aliases?.includes(name) === true),
        )
      : undefined;
  if (member !== undefined)
    return `there is no ${name} here by itself; it belongs to a ${member.owner}: ${member.names.find((entry) => entry.name === name || entry.aliases?.includes(name) === true)?.usage ?? name}`;
  return `there is no ${name} here; ${near === undefined ? "" : `did you mean ${near}? `}available() lists all names`;
}

function explainType(message: string, { groups, valueOf, ownerOf }: ProblemContext): string {
  const call = /^(?:\(intermediate value\)|([\w$.[\]]+))\.([\w$]+) is not a function/.exec(message);
  if (call !== null) {
    const [, path, name = ""] = call;
    const value = path === undefined ? undefined : valueOf?.(path);
    if (value instanceof Promise)
      return `${path ?? "it"} is a promise: put await before the call that returned it, as in ${path ?? "p"} = await contact(…)`;
    const owner = ownerOf(value);
    if (owner !== undefined) return noMember(path ?? owner, name, owner, groups);
    const owners = ["peer", "tracker", "piece", "list"];
    const known = owners.find((guess) => namesOf(groups, guess).includes(name));
    if (known !== undefined)
      return `${path ?? "it"} has no ${name}(), because it is no ${known}; if it is a promise, put await before the call that returned it`;
    for (const guess of owners) {
      const near = nearest(name, namesOf(groups, guess));
      if (near !== undefined && near !== name)
        return `${path ?? "it"} has no ${name}(); did you mean ${near}()? help("${near}") explains it`;
    }
    return clean(`${path ?? "it"} has no ${name}()`);
  }
  const none = /^Cannot (?:read|set) properties of (undefined|null) \((?:reading|setting) '([^']*)'\)/.exec(message);
  if (none !== null && none[1] === "undefined") {
    const absent = absence(none[2] ?? "", groups);
    if (absent !== undefined) return absent;
  }
  if (none !== null) return clean(`the expression before .${none[2] ?? ""} is ${none[1] ?? "undefined"}`);
  const word = /^([\w$]+) is not a function/.exec(message)?.[1];
  if (word !== undefined && namesOf(groups, "").includes(word))
    return `${word} is no function here, or no longer: a line may have given it another value`;
  if (word !== undefined) return `${word} is no function`;
  return clean(message);
}

/**
 * Explains the error that a line read `member` of `undefined`, when this was probably a missing peer or tracker.
 * Returns `undefined` when the cause is unknown.
 */
function absence(member: string, groups: readonly NameGroup[]): string | undefined {
  const owners = [
    ...new Set(groups.filter(({ names }) => names.some(({ name }) => name === member)).map(({ owner }) => owner)),
  ];
  if (owners.length !== 1) return undefined;
  if (owners[0] === "tracker") return `${member} is read of a tracker, and there is none: the torrent names no tracker`;
  if (owners[0] === "peer")
    return `${member} is read of a peer, and there is none yet: await contact(host, port) connects to one`;
  return undefined;
}

function noMember(path: string, name: string, owner: string, groups: readonly NameGroup[]): string {
  const near = nearest(name, namesOf(groups, owner));
  return `${path} has no ${name}()${near === undefined ? "" : `; did you mean ${near}()?`}${near === undefined ? ";" : ""} help(${owner}) lists all that a ${owner} has`;
}

function namesOf(groups: readonly NameGroup[], owner: string): string[] {
  return groups
    .filter((group) => group.owner === owner)
    .flatMap((group) => group.names.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])]));
}
