import { Option } from "commander";
import { canonicalIp, InfoHash, parseHostPort, parseSize, whyNoPeer } from "../../base/index.ts";
import { CommandLineError, parseArgument } from "../output/problem.ts";

/** Readers of option values, for commander: each throws {@link CommandLineError}. */

/** `16384`, `256KiB`, `1MiB`, `2MB`: bytes. */
export function sizeArgument(option: string): (text: string) => number {
  return (text) => parseArgument(option, () => parseSize(text));
}

/** Bytes a second, at least 1. `advice` is what to write for no limit. */
export function rateArgument(option: string, advice = "leave it out for no limit"): (text: string) => number {
  return (text) => {
    const rate = parseArgument(option, () => parseSize(text));
    if (rate < 1)
      throw new CommandLineError(
        `${option}: a rate is at least 1 byte a second, not ${JSON.stringify(text)}; ${advice}`,
      );
    return rate;
  };
}

/** A whole number within bounds. */
export function wholeArgument(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= min && number <= max))
      throw new CommandLineError(
        `${option}: not a whole number from ${min} to ${max}: ${JSON.stringify(text.slice(0, 40))}`,
      );
    return number;
  };
}

/** A TCP or UDP port; 0 lets the system choose. */
export function portArgument(option: string): (text: string) => number {
  return wholeArgument(option, 0, 65_535);
}

/** One of some words. */
export function choiceArgument(what: string, choices: readonly string[]): (text: string) => string {
  return (text) => {
    if (choices.includes(text)) return text;
    const all = `${choices.slice(0, -1).join(", ")} and ${choices.at(-1) ?? ""}`;
    throw new CommandLineError(`${what}: there is no ${JSON.stringify(text.slice(0, 40))}; there are ${all}`);
  };
}

/**
 * An option with {@link choiceArgument}, which help and the shells' completion list. `flags` ends with the long one and
 * its value's name.
 */
export function choiceOption(flags: string, description: string, choices: readonly string[]): Option {
  const option = new Option(flags, description).choices(choices);
  return option.argParser(choiceArgument(option.long ?? flags, choices));
}

/** Collects the values of a repeated option. */
export function repeated(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** Collects `HOST:PORT`, repeated or separated by commas. */
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

/** Protocols of trackers that Millrace supports, and those that torrents may have besides. */
const SUPPORTED = ["http", "https", "udp"];
const KNOWN = [...SUPPORTED, "ws", "wss"];

/** Tiers of trackers (BEP 12): a repeated option is a new tier, commas separate trackers of one tier. */
export function tiersArgument(
  option: string,
): (text: string, before?: readonly (readonly string[])[]) => (readonly string[])[] {
  return (text, before = []) => {
    const tier = splitUrls(text);
    if (tier.length === 0) throw new CommandLineError(`${option}: no tracker is named`);
    for (const url of tier) checkTracker(option, url, KNOWN);
    return [...before, tier];
  };
}

/** Collects trackers to announce to, repeated. */
export function trackersArgument(option: string): (text: string, before?: readonly string[]) => string[] {
  return (text, before = []) => {
    checkTracker(option, text, SUPPORTED);
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

/** Commas separate addresses; one within an address is followed by no scheme and stays. */
function splitUrls(text: string): string[] {
  return text
    .split(/,(?=[a-z][a-z0-9+.-]*:\/\/)/i)
    .map((url) => url.trim())
    .filter((url) => url !== "");
}

/** 40 or 64 hexadecimal digits, or 32 characters of base32. */
export function infoHashArgument(option: string): (text: string) => InfoHash {
  return (text) => parseArgument(option, () => InfoHash.parse(text));
}
