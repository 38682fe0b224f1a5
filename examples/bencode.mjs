/**
 * Bencode by hand: read a torrent, look at it, change a value, and write it again. Bytes in, values out; no network, no
 * files but the one read.
 */
import { readFileSync } from "node:fs";
import { utf8Decode } from "millrace/base";
import {
  asDict,
  decode,
  encode,
  Raw,
  rawSlice,
  requireBytes,
  requireDict,
  requireInt,
  requireText,
} from "millrace/bencode";
const bytes = readFileSync(new URL("../test/fixtures/trusted-computing.torrent", import.meta.url));
// A dictionary is a Map; integers are numbers (bigint beyond 2^53 - 1); strings are bytes: views of
// what was read. When that is a buffer to be used again, ask for a copy of it: decode(bytes, { copy: true }).
const torrent = asDict(decode(bytes));
if (torrent === undefined) throw new Error("a torrent is a dictionary");
const info = requireDict(torrent, "info");
console.log("announce", requireText(torrent, "announce"));
console.log("name", requireText(info, "name"));
console.log(
  "pieces",
  requireBytes(info, "pieces").length / 20,
  "of",
  requireInt(info, "piece length", { min: 1 }),
  "bytes",
);
// The bytes of a nested value, as they stand: what an info-hash is taken over.
const rawInfo = rawSlice(bytes, ["info"]);
console.log("info takes", rawInfo?.length, "of", bytes.length, "bytes");
// Plain objects and text can be written too; keys come out sorted by their bytes. Raw keeps a value byte for byte.
const edited = encode({ announce: "http://tracker.example/announce", info: new Raw(rawInfo ?? encode({})) });
console.log("edited", utf8Decode(edited.subarray(0, 50)));
// Errors have a stable code and the offset.
try {
  decode(edited.subarray(0, 100), { strict: true });
} catch (error) {
  console.log("error", String(error));
}
