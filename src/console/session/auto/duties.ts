import { UsageError } from "../../../base/index.ts";
import { knownFields, wrong } from "../arguments.ts";

/** The tasks (duties) that the engine can perform for a peer in place of the user. */
export interface Duties {
  /** Whether the engine sends a keep-alive when no other message was sent to the peer for two minutes. */
  readonly keepAlive: boolean;
  /** Whether the engine serves the peer's requests while the peer is unchoked. */
  readonly answer: boolean;
  /** Whether the engine downloads missing pieces: sends interested and requests, hashes and stores pieces. */
  readonly download: boolean;
  /** Whether the engine serves requests for the metadata (BEP 9). */
  readonly metadata: boolean;
}

/** Options of `peer.auto`. Duties that are missing do not change. */
export interface AutoOptions {
  readonly keepAlive?: boolean;
  readonly answer?: boolean;
  /**
   * Whether to download. With `sequential`, pieces are downloaded in order instead of rarest first, from all peers of
   * the session.
   */
  readonly download?: boolean | { readonly sequential?: boolean };
  readonly metadata?: boolean;
}

/** A change of duties, made from the validated options of `peer.auto`. */
export interface DutyChange {
  readonly duties: Partial<Duties>;
  readonly sequential: boolean | undefined;
}

/** The duties when all are switched off. */
export const NO_DUTIES: Duties = { keepAlive: false, answer: false, download: false, metadata: false };
/** The duties when all are switched on. */
export const ALL_DUTIES: Duties = { keepAlive: true, answer: true, download: true, metadata: true };

const CALL = "auto({ keepAlive, answer, download, metadata })";
const NAMES = ["keepAlive", "answer", "download", "metadata"] as const;

/**
 * Validates the argument of `peer.auto`. Without an argument all duties are switched on, with `false` all are
 * switched off. Throws {@link UsageError} `console.argument`.
 */
export function readDutyChange(options: unknown): DutyChange {
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
