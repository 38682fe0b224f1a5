import { Option } from "commander";
import { canonicalIp, InfoHash, parseHostPort, parseSize, whyNoPeer } from "../../base/index.ts";
import { CommandLineError, parseArgument } from "../output/problem.ts";

/** Functions that parse option values, for commander. Each throws {@link CommandLineError} for an invalid value. */

/** Parses a size in bytes, such as `16384`, `256KiB`, `1MiB` or `2MB`. */
export function sizeArgument(option: string): (text: string) => number {
  return (text) => parseArgument(option, () => parseSize(text));
}

/**
 * Parses a rate in bytes a second, at least 1. `advice` is the end of the error message, which states how the user can
 * ask for no limit.
 */
export function rateArgument(option: string, advice = "leave out the option for no limit"): (text: string) => number {
  return (text) => {
    const rate = parseArgument(option, () => parseSize(text));
    if (rate < 1)
      throw new CommandLineError(`${option}: must be at least 1 byte a second: got ${JSON.stringify(text)}; ${advice}`);
    return rate;
  };
}

/** Parses a whole number from `min` to `max`. */
export function wholeArgument(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= min && number <= max))
      throw new CommandLineError(
        `${option}: must be a whole number from ${min} to ${max}: got ${JSON.stringify(text.slice(0, 40))}`,
      );
    return number;
  };
}

/** Parses a TCP or UDP port. With port 0 the system chooses one. */
export function portArgument(option: string): (text: string) => number {
  return wholeArgument(option, 0, 65_535);
}

/** Parses an option value that must be one of `choices`. */
export function choiceArgument(what: string, choices: readonly string[]): (text: string) => string {
  return (text) => {
    if (choices.includes(text)) return text;
    const all = `${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}`;
    throw new CommandLineError(`${what} must be ${all}: got ${JSON.stringify(text.slice(0, 40))}`);
  };
}

/**
 * Defines an option whose value must be one of `choices`, which help and shell completion list. `flags` ends with the
 * long option and the name of its value.
 */
export function choiceOption(flags: string, description: string, choices: readonly string[]): Option {
  const option = new Option(flags, description).choices(choices);
  return option.argParser(choiceArgument(option.long ?? flags, choices));
}

/** Collects the values of an option that is given several times. */
export function repeated(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/**
 * Collects peers given as `HOST:PORT`. The option may be given several times, or with several peers separated by
 * commas.
 */
export function peersArgument(option: string): (text: string, before?: readonly string[]) => string[] {
  return (text, before = []) => {
    const peers = text.split(",").filter((peer) => peer !== "");
    for (const peer of peers) {
      const { host, port } = parseArgument(option, () => parseHostPort(peer));
      const reason = canonicalIp(host) === undefined ? undefined : whyNoPeer(host);
      if (reason !== undefined)
        throw new CommandLineError(`${option}: no peer can be at ${peer}: the address ${reason}`);
      if (port === 0)
        throw new CommandLineError(
          `${option}: a peer has a port from 1 to 65535: ${JSON.stringify(peer.slice(0, 100))}`,
        );
    }
    return [...before, ...peers];
  };
}

/** The protocols of announce URLs that Millrace supports. */
const SUPPORTED = ["http", "https", "udp"];
/** The protocols of announce URLs that may be written into a torrent file, for other clients. */
const KNOWN = [...SUPPORTED, "ws", "wss"];

/**
 * Parses tiers of trackers (BEP 12): each use of the option is a new tier, and commas separate the trackers within a
 * tier.
 */
export function tiersArgument(
  option: string,
): (text: string, before?: readonly (readonly string[])[]) => (readonly string[])[] {
  return (text, before = []) => {
    const tier = splitUrls(text);
    if (tier.length === 0) throw new CommandLineError(`${option}: the announce URL is missing`);
    for (const url of tier) checkTracker(option, url, KNOWN);
    return [...before, tier];
  };
}

/** Collects the announce URLs of an option that is given several times. */
export function trackersArgument(option: string): (text: string, before?: readonly string[]) => string[] {
  return (text, before = []) => {
    checkTracker(option, text, SUPPORTED);
    return [...before, text];
  };
}

/** Collects the URLs of web seeds of an option that is given several times. */
export function webSeedsArgument(option: string): (text: string, before?: readonly string[]) => string[] {
  return (text, before = []) => {
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
      throw new CommandLineError(
        `${option}: not the address of a web seed: ${JSON.stringify(text.slice(0, 100))}; write http://… or https://…`,
      );
    return [...before, text];
  };
}

function checkTracker(option: string, text: string, protocols: readonly string[]): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const protocol = url?.protocol.slice(0, -1) ?? "";
  if (
    url !== undefined &&
    url.hostname !== "" &&
    protocols.includes(protocol) &&
    (protocol !== "udp" || url.port !== "")
  )
    return;
  const forms = protocols.map((each) => (each === "udp" ? "udp://HOST:PORT" : `${each}://…`));
  throw new CommandLineError(
    `${option}: not a tracker address: ${JSON.stringify(text.slice(0, 100))}; write ${forms.slice(0, -1).join(", ")} or ${forms.at(-1) ?? ""}`,
  );
}

/** Splits a text at those commas that a URL scheme follows. Other commas are part of a URL. */
function splitUrls(text: string): string[] {
  return text
    .split(/,(?=[a-z][a-z0-9+.-]*:\/\/)/i)
    .map((url) => url.trim())
    .filter((url) => url !== "");
}

/** Parses an info-hash: 40 or 64 hexadecimal digits, or 32 characters of base32. */
export function infoHashArgument(option: string): (text: string) => InfoHash {
  return (text) => parseArgument(option, () => InfoHash.parse(text));
}

/** Collects the paths of an option that may be given several times. */
export function pathsArgument(path: string, before: readonly string[] = []): string[] {
  return [...before, path];
}
