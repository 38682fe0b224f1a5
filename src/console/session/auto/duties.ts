import { UsageError } from "../../../base/index.ts";
import { knownFields, wrong } from "../arguments.ts";

/** What the engine does by itself for a peer. */
export interface Duties {
  /** Says keep-alive after a silence of ours. */
  readonly keepAlive: boolean;
  /** Answers the peer's requests while we do not choke it. */
  readonly answer: boolean;
  /** Gets the pieces that are missing: interest, requests, hashing, keeping. */
  readonly download: boolean;
  /** Answers requests for the metadata (BEP 9). */
  readonly metadata: boolean;
}

/** What `auto` may be told: only what is named changes. */
export interface AutoOptions {
  readonly keepAlive?: boolean;
  readonly answer?: boolean;
  /**
   * `sequential`: pieces in order instead of rarest first. All peers of a session download together: it is the same for
   * all.
   */
  readonly download?: boolean | { readonly sequential?: boolean };
  readonly metadata?: boolean;
}

/** Options, read. */
export interface Orders {
  readonly duties: Partial<Duties>;
  readonly sequential: boolean | undefined;
}

export const NO_DUTIES: Duties = { keepAlive: false, answer: false, download: false, metadata: false };
export const ALL_DUTIES: Duties = { keepAlive: true, answer: true, download: true, metadata: true };

const CALL = "auto({ keepAlive, answer, download, metadata })";
const NAMES = ["keepAlive", "answer", "download", "metadata"] as const;

/** Without an argument all duties, with `false` none. Throws {@link UsageError} `console.argument`. */
export function readOrders(options: unknown): Orders {
  if (options === undefined || options === true) return { duties: ALL_DUTIES, sequential: undefined };
  if (options === false) return { duties: NO_DUTIES, sequential: undefined };
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw wrong(CALL, "the argument", "true, false or an object such as { download: true }", options);
  const given = Object.fromEntries<unknown>(Object.entries(options));
  knownFields(CALL, given, NAMES);
  const duties: { -readonly [K in keyof Duties]?: boolean } = {};
  for (const name of NAMES) {
    const value = given[name];
    if (value === undefined) continue;
    if (typeof value === "boolean") duties[name] = value;
    else if (name !== "download") throw wrong(CALL, name, "true or false", value);
  }
  const { download } = given;
  if (download === undefined || typeof download === "boolean") return { duties, sequential: undefined };
  return { duties: { ...duties, download: true }, sequential: readSequential(download) };
}

function readSequential(download: unknown): boolean | undefined {
  if (typeof download !== "object" || download === null || Array.isArray(download))
    throw wrong(CALL, "download", "true, false or { sequential: true }", download);
  const given = Object.fromEntries<unknown>(Object.entries(download));
  for (const key of Object.keys(given))
    if (key !== "sequential")
      throw new UsageError(
        "console.argument",
        `${CALL}: download has no option ${JSON.stringify(key)}; it has sequential`,
      );
  const { sequential } = given;
  if (sequential === undefined || typeof sequential === "boolean") return sequential;
  throw wrong(CALL, "sequential", "true or false", sequential);
}
