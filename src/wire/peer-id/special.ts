/*
 * Clients with a style of their own (BEP 20, and ids seen in swarms). Peer ids are matched as text of one
 * character per byte. The first that matches counts, so longer marks stand before shorter ones.
 */

/** A client whose peer ids follow no common style. */
export interface SpecialClient {
  readonly pattern: RegExp;
  readonly client: string;
  /** Returns the version, given the groups that the pattern matched. */
  readonly version?: (groups: readonly string[]) => string | undefined;
}

const dotted = (groups: readonly string[]): string => groups.join(".");
const first = ([version]: readonly string[]): string | undefined => version;

/**
 * Formats a version of two bytes: the first is the number before the point, the second the two decimal digits after it.
 */
const twoBytes = ([major = "", minor = ""]: readonly string[]): string =>
  `${major.charCodeAt(0)}.${String(minor.charCodeAt(0)).padStart(2, "0")}`;

/** Clients whose peer ids follow no common style, in the order in which they are tried. */
export const SPECIAL_CLIENTS: readonly SpecialClient[] = [
  { pattern: /^-BOW([0-9A-Z])([0-9A-Z])([0-9A-Z])-/, client: "Bits on Wheels", version: bitsOnWheels },
  { pattern: /^-ML(\d+(?:\.\d+)+)-?/, client: "MLDonkey", version: first },
  { pattern: /^-G3/, client: "G3 Torrent" },
  {
    pattern: /^-FG(\d\d)(\d\d)/,
    client: "FlashGet",
    version: ([major = "", minor = ""]) => `${Number(major)}.${minor}`,
  },
  { pattern: /^-Qt-/, client: "Qt 4 Torrent example" },
  { pattern: /^A2-(\d+)-(\d+)-(\d+)-/, client: "aria2", version: dotted },
  { pattern: /^aria2[-/]/, client: "aria2" },
  { pattern: /^AZ2500BT/, client: "BitTyrant", version: () => "1.1" },
  { pattern: /^.{5}Azureus/s, client: "Azureus", version: () => "2.0.3.2" },
  { pattern: /^(?:exbc|FUTB|xUTB)(.)(.)LORD/s, client: "BitLord", version: twoBytes },
  { pattern: /^(?:exbc|FUTB|xUTB)(.)(.)/s, client: "BitComet", version: twoBytes },
  { pattern: /^\0([^\0])BS/s, client: "BitSpirit", version: ([major = ""]) => String(major.charCodeAt(0)) },
  { pattern: /^([0-9])([0-9])RS/, client: "Rufus", version: dotted },
  { pattern: /^XBT(\d)(\d)(\d)([d-])-/, client: "XBT Client", version: xbt },
  { pattern: /^OP(\d{4})/, client: "Opera", version: ([build]) => `build ${build}` },
  { pattern: /^346------/, client: "TorrenTopia", version: () => "1.90" },
  { pattern: /^S3-(\d+)-(\d+)-(\d+)-/, client: "Amazon S3", version: dotted },
  {
    pattern: /^TIX(\d\d)(\d\d)-/,
    client: "Tixati",
    version: ([major = "", minor = ""]) => `${Number(major)}.${minor}`,
  },
  { pattern: /^DNA(\d\d)(\d\d)(\d\d)/, client: "BitTorrent DNA", version: (groups) => groups.map(Number).join(".") },
  { pattern: /^QVOD/, client: "QVOD" },
  { pattern: /^Pando-/, client: "Pando" },
  { pattern: /^LIME/, client: "LimeWire" },
  { pattern: /^Mbrst(\d)-(\d)-(\d)/, client: "burst!", version: dotted },
  { pattern: /^btpd\/(\d\.\d+)/, client: "BT Protocol Daemon", version: first },
  { pattern: /^eX/, client: "eXeem" },
  { pattern: /^martini/, client: "Martini Man" },
  { pattern: /^turbobt(\d\.\d)/, client: "TurboBT", version: first },
  { pattern: /^(?:btuga|oernu)/, client: "BTugaXP" },
  { pattern: /^(?:a00---0|a02---0)/, client: "Swarmy" },
  { pattern: /^T00---0/, client: "Teeweety" },
  { pattern: /^(?:Deadman Walking-|BTDWV-)/, client: "Deadman Walking" },
  { pattern: /^DansClient/, client: "XanTorrent" },
  { pattern: /^(?:PRC\.P---|P87\.P---|S587Plus|Plus)/, client: "BitTorrent Plus!" },
  { pattern: /^PEERAPP/, client: "PeerApp" },
  { pattern: /^10-------/, client: "JVtorrent" },
  { pattern: /^.{4}btfans/s, client: "SimpleBT" },
  { pattern: /^AP(\d\.\d(?:\.\d)?)-/, client: "AllPeers", version: first },
  { pattern: /^NB(\d{3})[CS]-/, client: "Net::BitTorrent", version: ([revision]) => `revision ${Number(revision)}` },
  { pattern: /^\0{12}\x97/, client: "Experimental", version: () => "3.2.1b2" },
];

function bitsOnWheels(groups: readonly string[]): string {
  const mark = groups.join("");
  return { A0B: "1.0.5", A0C: "1.0.6" }[mark] ?? dotted(groups);
}

function xbt(groups: readonly string[]): string {
  return `${dotted(groups.slice(0, 3))}${groups[3] === "d" ? " debug" : ""}`;
}
