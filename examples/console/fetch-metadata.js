// Fetches the info dictionary of a magnet link by hand (BEP 9):
//   millrace console MAGNET --script fetch-metadata.js HOST:PORT
const [address = "127.0.0.1:6881"] = args;

const p = await contact(address);
p.haveNone();
p.extendedHandshake();
const { metadataSize } = await p.next("extended-handshake");
if (metadataSize === undefined) throw new Error("the peer has no metadata to give");

for (let part = 0; part * 16384 < metadataSize; part++) {
  p.metadataRequest(part);
  const m = await p.next(["metadata", "metadata-reject"]);
  if (m.type !== "metadata") throw new Error(`the peer refuses part ${part}`);
  print(`part ${part}: ${m.data.length} of ${metadataSize} bytes`);
}

// All of it is here: its hash has been checked, and the session knows the torrent.
print(`${torrent.name}: ${torrent.pieceCount} pieces, ${torrent.size} bytes`);
for (const file of torrent.files) print(`  ${file.length}  ${file.path}`);
