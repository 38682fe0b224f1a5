import { MESSAGE_TYPES } from "../conversation/message-types.ts";
import type { NameGroup } from "./names/index.ts";

/**
 * Completes the text before the cursor: global names, members of known values (`p.req`), and message types in quotes.
 * `ownerOf` evaluates an expression and returns the {@link NameGroup.owner} for its value, such as `peer`.
 */
export function completeLine(
  line: string,
  groups: readonly NameGroup[],
  ownerOf: (path: string) => string | undefined,
): readonly [string[], string] | undefined {
  const type = /\bnext\(\s*["']([\w-]*)$/.exec(line)?.[1];
  if (type !== undefined) return [MESSAGE_TYPES.filter((name) => name.startsWith(type)), type];
  const member = /([\w$]+(?:\.[\w$]+|\[\d+\])*)\.([\w$]*)$/.exec(line);
  if (member !== null) {
    const [, path = "", start = ""] = member;
    const owner = ownerOf(path);
    if (owner === undefined) return undefined;
    // A completer replaces the whole path.
    return [namesOf(groups, owner, start).map((name) => `${path}.${name}`), `${path}.${start}`];
  }
  if (line.trim() === "") return [namesOf(groups, "", ""), line];
  const word = /(?:^|[\s(,=!;])([a-zA-Z]\w*)$/.exec(line)?.[1];
  return word === undefined ? undefined : [namesOf(groups, "", word), word];
}

function namesOf(groups: readonly NameGroup[], owner: string, start: string): string[] {
  return groups
    .filter((group) => group.owner === owner)
    .flatMap((group) => group.names.map(({ name }) => name).filter((name) => name.startsWith(start)));
}
