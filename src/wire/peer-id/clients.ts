import {
  four,
  kTorrent,
  microTorrent,
  oneTwoOne,
  pairs,
  three,
  threeOrFour,
  transmission,
  two,
  twoAndTwo,
  untold,
} from "./version.ts";
import type { VersionReader } from "./version.ts";

/**
 * The two letters of a client in its peer ids, the client's name, and the function that reads its version (default:
 * {@link four}).
 */
type Row = readonly [code: string, client: string, version?: VersionReader];

/**
 * The clients with peer ids of Azureus style, `-XX1234-` (BEP 20, and ids seen in swarms). Letters are case-sensitive.
 */
const AZUREUS: readonly Row[] = [
  ["7T", "aTorrent"],
  ["AB", "AnyEvent::BitTorrent"],
  ["AG", "Ares"],
  ["AN", "Ares"],
  ["A~", "Ares", three],
  ["AR", "Arctic Torrent"],
  ["AT", "Artemis"],
  ["AV", "Avicora"],
  ["AX", "BitPump", twoAndTwo],
  ["AZ", "Vuze"],
  ["BB", "BitBuddy"],
  ["BC", "BitComet", twoAndTwo],
  ["BE", "BareTorrent"],
  ["BF", "Bitflu", untold],
  ["BG", "BTG"],
  ["BH", "BitZilla"],
  ["BI", "BiglyBT"],
  ["BL", "BitLord", three],
  ["BM", "BitMagnet"],
  ["BN", "Baidu Netdisk", untold],
  ["BP", "BitTorrent Pro"],
  ["BR", "BitRocket", two],
  ["BS", "BTSlave"],
  ["BT", "BitTorrent", microTorrent],
  ["BU", "BigUp"],
  ["BW", "BitWombat"],
  ["BX", "BittorrentX"],
  ["bk", "BitKitten"],
  ["CB", "Shareaza Plus"],
  ["CD", "Enhanced CTorrent", twoAndTwo],
  ["CT", "CTorrent", three],
  ["DE", "Deluge", three],
  ["DP", "Propagate Data Client"],
  ["EB", "EBit"],
  ["ES", "Electric Sheep", three],
  ["FC", "FileCroc"],
  ["FD", "Free Download Manager", three],
  ["FG", "FlashGet", twoAndTwo],
  ["FL", "Folx", untold],
  ["FT", "FoxTorrent"],
  ["FW", "FrostWire", three],
  ["FX", "Freebox BitTorrent"],
  ["GR", "GetRight"],
  ["GS", "GSTorrent"],
  ["GT", "anacrolix/torrent"],
  ["HK", "Hekate"],
  ["HL", "Halite", three],
  ["HM", "hMule"],
  ["HN", "Hydranode"],
  ["IL", "iLivid"],
  ["JS", "Justseed.it"],
  ["JT", "JavaTorrent"],
  ["KC", "Koinonein"],
  ["KG", "KGet"],
  ["KT", "KTorrent", kTorrent],
  ["LC", "LeechCraft"],
  ["LH", "LH-ABC"],
  ["LK", "Linkage"],
  ["LP", "Lphant", twoAndTwo],
  ["LR", "LibreTorrent", threeOrFour],
  ["LT", "libtorrent", threeOrFour],
  ["lt", "libTorrent (rTorrent)", three],
  ["LW", "LimeWire", untold],
  ["MG", "MediaGet", two],
  ["MK", "Meerkat"],
  ["ML", "MLDonkey", three],
  ["MO", "MonoTorrent"],
  ["MP", "MooPolice", three],
  // Miro used these letters until its last version, 6 (2013).
  ["MI", "Millrace", threeOrFour],
  ["MR", "Miro", threeOrFour],
  ["MT", "MoonlightTorrent"],
  ["NB", "Net::BitTorrent"],
  ["NE", "BT Next Evolution"],
  ["NX", "Net Transport"],
  ["OS", "OneSwarm"],
  ["OT", "OmegaTorrent"],
  ["PB", "Protocol::BitTorrent"],
  ["PD", "Pando"],
  ["PE", "PeerProject"],
  ["PI", "PicoTorrent", oneTwoOne],
  ["PT", "Popcorn Time"],
  ["pb", "pbTorrent", three],
  ["pX", "pHoeniX"],
  ["qB", "qBittorrent", threeOrFour],
  ["QD", "QQDownload"],
  ["QT", "Qt 4 Torrent example"],
  ["rQ", "rqbit", threeOrFour],
  ["RS", "Rufus"],
  ["RT", "Retriever"],
  ["RZ", "RezTorrent"],
  ["SB", "Swiftbit"],
  ["SD", "Xunlei (Thunder)"],
  ["SK", "Spark"],
  ["SM", "SoMud"],
  ["SN", "ShareNet"],
  ["SP", "BitSpirit", three],
  ["SS", "SwarmScope"],
  ["ST", "SymTorrent"],
  ["st", "SharkTorrent"],
  ["SZ", "Shareaza"],
  ["S~", "Shareaza (beta)"],
  ["TB", "Torch Browser"],
  ["TL", "Tribler", threeOrFour],
  ["TN", "Torrent.NET"],
  ["TR", "Transmission", transmission],
  ["TS", "TorrentStorm"],
  ["TT", "TuoTu"],
  ["tT", "tTorrent"],
  ["UE", "µTorrent Embedded", microTorrent],
  ["UL", "uLeecher!"],
  ["UM", "µTorrent Mac", microTorrent],
  ["UT", "µTorrent", microTorrent],
  ["UW", "µTorrent Web", microTorrent],
  ["VG", "Vagaa"],
  ["WD", "WebTorrent Desktop", pairs],
  ["WS", "HTTP Seed", untold],
  ["WT", "BitLet"],
  ["WW", "WebTorrent", pairs],
  ["WY", "FireTorrent"],
  ["XC", "Xtorrent", two],
  ["XF", "Xfplay", threeOrFour],
  ["XL", "Xunlei"],
  ["XS", "XSwifter"],
  ["XT", "XanTorrent"],
  ["XX", "Xtorrent", two],
  ["ZO", "Zona"],
  ["ZT", "ZipTorrent"],
];

/** The name of a client, and the function that reads the version from its peer ids. */
export interface KnownClient {
  readonly client: string;
  readonly version: VersionReader;
}

/** The clients with peer ids of Azureus style (BEP 20), by their two letters. */
export const AZUREUS_CLIENTS: ReadonlyMap<string, KnownClient> = new Map(
  AZUREUS.map(([code, client, version = four]) => [code, { client, version }]),
);

/**
 * The names of clients with peer ids of Shadow style, by their letter (BEP 20). The letter is followed by up to five
 * version characters padded with dashes, then three more characters.
 */
export const SHADOW_CLIENTS: ReadonlyMap<string, string> = new Map([
  ["A", "ABC"],
  ["O", "Osprey Permaseed"],
  ["Q", "BTQueue"],
  ["R", "Tribler"],
  ["S", "Shadow's client"],
  ["T", "BitTornado"],
  ["U", "UPnP NAT Bit Torrent"],
]);

/**
 * The names of clients with peer ids of Mainline style, by their letter (BEP 20). Decimal numbers with dashes follow:
 * `M4-3-6--`, `M7-10-5-`.
 */
export const MAINLINE_CLIENTS: ReadonlyMap<string, string> = new Map([
  ["M", "BitTorrent (Mainline)"],
  ["Q", "Queen Bee"],
]);
