import { describe, expect, it } from "vitest";
import { AbortError, UsageError } from "../../../base/index.ts";
import { SESSION_NAMES } from "../names/index.ts";
import { explainProblem, type ProblemContext } from "./problems.ts";

const promise = Promise.resolve();
const peer = { kind: "a peer" };
const values: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["q", promise],
  ["p", peer],
]);
const context: ProblemContext = {
  groups: SESSION_NAMES,
  valueOf: (path) => values.get(path),
  ownerOf: (value) => (value === peer ? "peer" : undefined),
};
const explain = (thrown: unknown): string => explainProblem(thrown, context);

describe("explainProblem", () => {
  it("suggests the nearest name", () => {
    expect(explain(new ReferenceError("peerz is not defined"))).toBe(
      "there is no peerz here; did you mean peers? available() lists all names",
    );
    expect(explain(new ReferenceError("zzz is not defined"))).toBe("there is no zzz here; available() lists all names");
    expect(explain(new TypeError("p.interestd is not a function"))).toBe(
      "p has no interestd(); did you mean interested()? help(peer) lists all that a peer has",
    );
    expect(explain(new TypeError("(intermediate value).unchok is not a function"))).toBe(
      'it has no unchok(); did you mean unchoke()? help("unchoke") explains it',
    );
  });

  it("names the object of a name that is not global", () => {
    expect(explain(new ReferenceError("choke is not defined"))).toBe(
      "there is no choke here by itself; it belongs to a peer: peer.choke()",
    );
  });

  it("suggests a missing await", () => {
    expect(explain(new TypeError("q.interested is not a function"))).toBe(
      "q is a promise: put await before the call that returned it, as in q = await contact(…)",
    );
  });

  it("keeps our own messages, and shortens other errors to one line without a stack", () => {
    expect(explain(new UsageError("console.argument", "piece(index): index is a whole number"))).toBe(
      "piece(index): index is a whole number",
    );
    expect(explain(new RangeError("too much\n    at x.js:1"))).toBe("RangeError: too much");
    expect(explain(new SyntaxError("Unexpected token ')'"))).toBe(
      "this line is not valid JavaScript: Unexpected token ')'",
    );
    expect(explain(new TypeError("Cannot read properties of undefined (reading 'messages')"))).toBe(
      "messages is read of a peer, and there is none yet: await contact(host, port) connects to one",
    );
    expect(explain("just a word")).toBe("this was thrown: just a word");
    expect(explain(new TypeError("Cannot read properties of undefined (reading 'foo')"))).toBe(
      "the expression before .foo is undefined",
    );
    expect(explain(new TypeError("Cannot read properties of undefined (reading 'announce')"))).toBe(
      "announce is read of a tracker, and there is none: the torrent names no tracker",
    );
    expect(explain(new TypeError("x.unchoke is not a function"))).toBe(
      "x has no unchoke(), because it is no peer; if it is a promise, put await before the call that returned it",
    );
    expect(explain(new AbortError())).toBe("interrupted");
  });

  it("escapes control characters in a peer's text", () => {
    expect(explain(new Error("evil\u001b[2J\u202e"))).toBe("evil\\x1b[2J\\u202e");
  });
});
