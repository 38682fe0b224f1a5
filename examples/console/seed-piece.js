// Gives a leecher one piece by hand, block by block as it asks. It is contacted, or may come by itself:
//   millrace console TORRENT --store --path FOLDER --script seed-piece.js PIECE HOST:PORT
//   millrace console TORRENT --store --path FOLDER --accept --port 6881 --script seed-piece.js PIECE
const [index = "0", address] = args;
const given = piece(Number(index));
if (!given.have) throw new Error(`piece ${given.index} is not here: --store --path FOLDER names the data`);

if (address === undefined) print(`waiting for a leecher on port ${port}`);
const p = address === undefined ? await peers.next({ timeout: 60 }) : await contact(address);
print(`connected to ${p.client} at ${p.address}`);
p.bitfield([given.index]);
await p.next("interested");
p.unchoke();

for (let sent = 0; sent < given.length;) {
  const r = await p.next("request");
  if (r.piece !== given.index) throw new Error(`it asks for piece ${r.piece}, which we never said we have`);
  await p.piece(r.piece, r.begin);
  sent += r.length;
  print(`${r.length} bytes from ${r.begin} of piece ${r.piece}`);
}

// It has checked the hash when it says that it has the piece, or that it wants nothing more.
await p.next(() => p.haves.get(given.index) || !p.peerInterested, { timeout: 60 });
print(`piece ${given.index} is given`);
