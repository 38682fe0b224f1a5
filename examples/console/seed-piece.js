// Gives a leecher that connects one piece by hand, block by block as it asks:
//   millrace console TORRENT --store --path FOLDER --accept --port 6881 --script seed-piece.js [PIECE]
const [index = "0"] = args;
const given = piece(Number(index));
if (!given.have) throw new Error(`piece ${given.index} is not here: --store --path FOLDER names the data`);

print(`waiting for a leecher on port ${port}`);
const p = await peers.next({ timeout: 60 });
print(`${p.client} comes from ${p.address}`);
p.bitfield([given.index]);
await p.next("interested");
p.unchoke();

// Until it says that it has the piece, or has got all of it and leaves.
let sent = 0;
while (sent < given.length) {
  const r = await p.next("request");
  await p.piece(r.piece, r.begin);
  sent += r.length;
  print(`${r.length} bytes from ${r.begin} of piece ${r.piece}`);
}
await p.next((m) => (m.type === "have" && m.piece === given.index) || m.type === "closed", { timeout: 60 });
print(`piece ${given.index} is given`);
