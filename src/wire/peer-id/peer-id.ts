import { PeerId, UsageError, latin1, latin1Decode } from "../../base/index.ts";
import { AZUREUS_CLIENTS, MAINLINE_CLIENTS, SHADOW_CLIENTS } from "./clients.ts";
import { SPECIAL_CLIENTS } from "./special.ts";

/**
 * The prefix of the peer ids of this version: Azureus style (BEP 20), with the digits of `VERSION` (`millrace/base`).
 */
export const PEER_ID_PREFIX = "-MI0100-";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The characters of a version in peer ids of Shadow style (BEP 20); the index of a character is its value. */
const SHADOW_DIGITS = `${ALPHABET}.-`;

/** The convention by which a client writes its name into its peer ids. */
export type PeerIdStyle = "azureus" | "shadow" | "mainline" | "special";

/** The result of {@link recogniseClient}. */
export interface RecognisedClient {
  /** The name of the client; for Azureus style with unknown letters, those two letters. */
  readonly client: string;
  /** The version in the form that the client itself shows; `undefined` when the peer id has none. */
  readonly version: string | undefined;
  readonly style: PeerIdStyle;
}

/** The part of a runtime's `Random` that {@link generatePeerId} needs. */
export interface PeerIdRandom {
  /** Returns a random integer from 0 to `limit` - 1. */
  below(limit: number): number;
}

/**
 * Returns a new peer id: `prefix`, then random letters and digits up to 20 bytes (characters that every tracker's URL
 * parser accepts). Throws {@link UsageError} `wire.peer-id` when fewer than 8 characters would be random.
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
 * Returns the client that a peer id of 20 bytes indicates; `undefined` when its style is unknown. It is no proof: a
 * client can use any peer id.
 */
export function recogniseClient(peerId: Uint8Array): RecognisedClient | undefined {
  if (peerId.length !== PeerId.LENGTH) return undefined;
  const text = latin1Decode(peerId);
  return special(text) ?? azureus(text) ?? mainline(text) ?? shadow(text);
}

/**
 * Formats the client of a peer id for people, such as `qBittorrent 4.5.2`. For an unknown style it returns the
 * printable part of the id.
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
  // µTorrent and others have a further digit in place of the closing dash; this is accepted for known letters.
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
  // The three characters after the version are dashes, or a counter in a client that runs several torrents. In that
  // case the padding must be dashes.
  if (client === undefined || digits === undefined || (text.slice(6, 9) !== "---" && digits.length > 3))
    return undefined;
  const version = Array.from(digits, (character) => SHADOW_DIGITS.indexOf(character)).join(".");
  return { client, version, style: "shadow" };
}
