import { PeerId, UsageError, latin1, latin1Decode } from "../base/index.ts";
import { AZUREUS_CLIENTS, MAINLINE_CLIENTS, SHADOW_CLIENTS } from "./peer-id-clients.ts";
import { SPECIAL_CLIENTS } from "./peer-id-special.ts";

/**
 * The prefix of the peer ids of this version: Azureus style (BEP 20), with the digits of `VERSION` (`millrace/base`).
 */
export const PEER_ID_PREFIX = "-MI0100-";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Values of the version characters in Shadow's style (BEP 20). */
const SHADOW_DIGITS = `${ALPHABET}.-`;

/** The convention by which a client writes its name into its peer ids. */
export type PeerIdStyle = "azureus" | "shadow" | "mainline" | "special";

/** The result of {@link recogniseClient}. */
export interface RecognisedClient {
  /** The name of the client; for Azureus style with unknown letters, those two letters. */
  readonly client: string;
  /** The version as the client itself prints it; `undefined` when the id has none. */
  readonly version: string | undefined;
  readonly style: PeerIdStyle;
}

/** The part of a runtime's `Random` that {@link generatePeerId} needs. */
export interface PeerIdRandom {
  /** Returns a random whole number from 0 up to, not including, `limit`. */
  below(limit: number): number;
}

/**
 * Returns a new peer id: `prefix`, filled up to 20 bytes with random letters and digits, which every tracker's URL
 * parser accepts. Throws {@link UsageError} `wire.peer-id` when the prefix leaves fewer than 8 characters to be random.
 */
export function generatePeerId(random: PeerIdRandom, prefix: string = PEER_ID_PREFIX): PeerId {
  if (prefix.length > PeerId.LENGTH - 8 || !/^[\x21-\x7e]*$/.test(prefix)) {
    throw new UsageError(
      "wire.peer-id",
      `a peer id begins with at most 12 printable ASCII characters, not ${JSON.stringify(prefix)}`,
    );
  }
  let text = prefix;
  while (text.length < PeerId.LENGTH) text += ALPHABET.charAt(random.below(ALPHABET.length));
  return PeerId.fromBytes(latin1(text));
}

/**
 * Returns the client that the peer id (20 bytes) names; `undefined` when it follows no known style. A client can write
 * any id, so this is no proof.
 */
export function recogniseClient(peerId: Uint8Array): RecognisedClient | undefined {
  if (peerId.length !== PeerId.LENGTH) return undefined;
  const text = latin1Decode(peerId);
  return special(text) ?? azureus(text) ?? mainline(text) ?? shadow(text);
}

/**
 * Formats the client of a peer id for people, as `qBittorrent 4.5.2`. An id of no known style gives its printable part.
 */
export function formatClient(peerId: Uint8Array): string {
  const known = recogniseClient(peerId);
  if (known !== undefined) return known.version === undefined ? known.client : `${known.client} ${known.version}`;
  return `unknown (${latin1Decode(peerId.subarray(0, 8)).replaceAll(/[^\x21-\x7e]/g, ".")})`;
}

function special(text: string): RecognisedClient | undefined {
  for (const { pattern, client, version } of SPECIAL_CLIENTS) {
    const match = pattern.exec(text);
    if (match !== null) return { client, version: version?.(match.slice(1)), style: "special" };
  }
  return undefined;
}

function azureus(text: string): RecognisedClient | undefined {
  // µTorrent and others put a further digit in place of the closing dash: known letters suffice.
  const match =
    /^-([A-Za-z0-9~]{2})([0-9A-Za-z.]{4})(.)/.exec(text) ?? /^-([A-Za-z0-9~]{2})([0-9A-Za-z]{1,3})(-)/.exec(text);
  const [, code = "", digits = "", end = ""] = match ?? [];
  const known = AZUREUS_CLIENTS.get(code);
  if (match === null || (known === undefined && end !== "-")) return undefined;
  if (known === undefined) return { client: code, version: undefined, style: "azureus" };
  return { client: known.client, version: known.version(digits.padEnd(4, "0")), style: "azureus" };
}

function mainline(text: string): RecognisedClient | undefined {
  const match = /^([A-Z])(\d{1,3}-\d{1,3}-\d{1,3})-/.exec(text);
  const client = MAINLINE_CLIENTS.get(match?.[1] ?? "");
  if (match === null || client === undefined) return undefined;
  return { client, version: match[2]?.replaceAll("-", "."), style: "mainline" };
}

function shadow(text: string): RecognisedClient | undefined {
  const client = SHADOW_CLIENTS.get(text.charAt(0));
  const [, digits] = /^([0-9A-Za-z.]{1,5})-*$/.exec(text.slice(1, 6)) ?? [];
  // The three behind the head are dashes, or a counter in a client that runs several torrents: then the padding must
  // vouch.
  if (client === undefined || digits === undefined || (text.slice(6, 9) !== "---" && digits.length > 3))
    return undefined;
  const version = Array.from(digits, (character) => SHADOW_DIGITS.indexOf(character)).join(".");
  return { client, version, style: "shadow" };
}
