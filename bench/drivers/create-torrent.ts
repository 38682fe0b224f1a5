/** npm create-torrent as a program: PATH OUT PIECE_LENGTH. */
import { writeFileSync } from "node:fs";
import createTorrent from "create-torrent";

const [path = "", out = "", pieceLength = ""] = process.argv.slice(2);
createTorrent(path, { pieceLength: Number(pieceLength), announceList: [] }, (error, torrent) => {
  if (error !== null) throw error;
  writeFileSync(out, torrent);
});
