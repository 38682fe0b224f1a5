import { fitText, textWidth, type Style } from "../../terminal/index.ts";
import { UsageError } from "../../base/index.ts";
import { wrapText } from "../view/index.ts";
import { findName, type NameGroup, type NameHelp } from "./names/index.ts";
import { nearest } from "./text/nearest.ts";

/** A text that the REPL prints as it is, without quotes. */
export class Text {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.#text;
  }
}

/** Width of the column of names, in characters. */
const NAME_COLUMNS = 24;

/** Returns a list of all global names with their summaries. */
export function listNames(groups: readonly NameGroup[], style: Style, width: number): Text {
  const lines: string[] = [];
  for (const group of groups) {
    if (group.owner !== "") continue;
    lines.push(style.strong(group.title));
    for (const entry of group.names) lines.push(...nameLines(entry, style, width, shortUsage(entry)));
    lines.push("");
  }
  const owners = [...new Set(groups.map(({ owner }) => owner).filter((owner) => owner !== ""))];
  if (owners.length > 0)
    lines.push(
      ...wrap(
        `More: ${owners.map((owner) => `help("${owner}")`).join(", ")}. help(name) explains one, help() how to begin.`,
        width,
        "",
      ),
    );
  return new Text(lines.join("\n"));
}

/** Returns a list of the members of an owner, such as `peer`, with their summaries. */
export function listMembers(owner: string, groups: readonly NameGroup[], style: Style, width: number): Text {
  const lines: string[] = [];
  for (const group of groups) {
    if (group.owner !== owner) continue;
    if (lines.length > 0) lines.push("");
    lines.push(style.strong(group.title));
    for (const entry of group.names)
      lines.push(
        ...nameLines(
          entry,
          style,
          width,
          shortUsage(entry).replace(/^(?:peer|m|tracker|piece\(0\)|list|peers)\./, "."),
        ),
      );
  }
  return new Text(lines.join("\n"));
}

/** Returns the help text of one name. */
export function describeName(entry: NameHelp, style: Style, width: number): Text {
  const lines = [style.strong(entry.usage), ...wrap(entry.summary, width, "  ")];
  if (entry.details !== undefined) lines.push(...wrap(entry.details, width, "  "));
  if (entry.aliases !== undefined) lines.push(style.dim(`  also: ${entry.aliases.join(", ")}`));
  lines.push("", `  ${style.dim(">")} ${style.accent(entry.example ?? entry.usage)}`);
  return new Text(lines.join("\n"));
}

/**
 * Finds the help for a name given as text: `contact`, `peer`, `peer.request`; also `request`, if only one owner has a
 * member of this name. Throws {@link UsageError} `console.help`.
 */
export function findTopic(
  topic: string,
  groups: readonly NameGroup[],
): { readonly owner: string } | readonly NameHelp[] {
  const bare = topic.trim().replace(/\(.*$/s, "");
  const owners = new Set(groups.map(({ owner }) => owner).filter((owner) => owner !== ""));
  const [head = "", tail] = bare.split(".");
  if (tail !== undefined) {
    const owner = owners.has(head) ? head : head === "peers" || head === "trackers" ? "list" : head;
    const found = findName(groups, owner, tail);
    if (found !== undefined) return [found];
  }
  const own = findName(groups, "", bare);
  const members = [...owners].map((owner) => findName(groups, owner, bare)).filter((entry) => entry !== undefined);
  if (own !== undefined && members.length > 0) return [own, ...members];
  if (own !== undefined) return owners.has(bare) ? { owner: bare } : [own];
  if (owners.has(bare)) return { owner: bare };
  if (members.length > 0) return members;
  const near = nearest(
    tail ?? bare,
    groups.flatMap((group) => group.names.map(({ name }) => name)),
  );
  throw new UsageError(
    "console.help",
    `there is no name ${JSON.stringify(topic.slice(0, 60))}; ${near === undefined ? "" : `did you mean ${JSON.stringify(near)}? `}available() lists all names`,
  );
}

/** Returns an introduction: how to download a piece step by step, for a reader who knows BEP 3. */
export function introduction(style: Style, width: number): Text {
  const step = stepOf(style);
  return new Text(
    [
      "Nothing is sent unless you call a function. To download a piece:",
      "",
      step('const p = await contact("127.0.0.1", 6881)', "connect, exchange handshakes"),
      step("p.haveNone()", "tell the peer that we have no pieces (with the fast extension this must come first)"),
      step("p.haves", "the pieces that the peer has"),
      step("p.interested()", "the peer has pieces that we want"),
      step('await p.next("unchoke")', "wait until we may send requests"),
      step("p.request(0, 0, 16384)", "request 16 KiB from the start of piece 0"),
      step('const m = await p.next("piece")', "m.block has the bytes of the block"),
      step("for (let b = 16384; b < 65536; b += 16384) p.request(0, b)", "request the rest of a piece of 64 KiB"),
      step("piece(0)", "its length: the last piece may be shorter"),
      step("await piece(0).verify()", "true when its hash is correct"),
      "",
      step("timeline(p)", "all messages, sent and received"),
      step("lint(p)", "the linter's findings"),
      step("p.auto()", "let the engine download the rest"),
      "",
      ...wrap(
        "await tracker.announce() returns peers, when the torrent has a tracker. To seed: await accept(), then await upload(peers.last).",
        width,
        "",
      ),
      ...wrap(
        "available() lists all names, help(name) explains one. Tab completes, Ctrl-C interrupts, Ctrl-D ends.",
        width,
        "",
      ),
    ].join("\n"),
  );
}

/** Returns an introduction: how to replay a recording step by step. */
export function replayIntroduction(style: Style, width: number): Text {
  const step = stepOf(style);
  return new Text(
    [
      "This is a recorded session: nothing can be sent. To step through it:",
      "",
      step("step()", "replays the next event: bytes that arrived together, a new connection or the end of one"),
      step("back()", "undoes the last step"),
      step("goto(1.5)", "goes to 1.5 seconds after the beginning"),
      step("end()", "replays all remaining events"),
      "",
      step("table(peers)", "the peers of the session"),
      step("timeline(peer)", "all messages so far"),
      step("lint()", "the linter's findings"),
      "",
      ...wrap("available() lists all names, help(name) explains one. Tab completes, Ctrl-D ends.", width, ""),
    ].join("\n"),
  );
}

/** Width of the column of examples, in characters. */
const STEP_COLUMNS = 46;

/**
 * Returns a function that formats an example and its effect on one line, or on two lines if the example is long.
 * Examples are never shortened, so that the user can copy them.
 */
function stepOf(style: Style): (code: string, what: string) => string {
  const indent = " ".repeat(STEP_COLUMNS + 2);
  return (code, what) =>
    `  ${style.accent(fitText(code, Math.max(STEP_COLUMNS, textWidth(code))))}${textWidth(code) > STEP_COLUMNS ? `\n${indent}` : ""} ${style.dim(what)}`;
}

/** Returns the form of a call, without its options, so that it fits in the column. `help` shows the options. */
function shortUsage({ usage }: NameHelp): string {
  return usage.replace(/, \{[^}]*\}\)/, ", …)").replace(/\(\{[^}]*\}\)/, "(…)");
}

function nameLines(entry: NameHelp, style: Style, width: number, usage: string): string[] {
  const room = Math.max(20, width - NAME_COLUMNS - 3);
  const [first = "", ...rest] = wrap(entry.summary, room, "");
  const indent = " ".repeat(NAME_COLUMNS + 3);
  if (textWidth(usage) > NAME_COLUMNS)
    return [`  ${style.accent(usage)}`, ...[first, ...rest].map((line) => indent + line)];
  return [`  ${style.accent(fitText(usage, NAME_COLUMNS))} ${first}`, ...rest.map((line) => indent + line)];
}

function wrap(text: string, width: number, indent: string): string[] {
  return wrapText(text, width - textWidth(indent)).map((line) => indent + line);
}
