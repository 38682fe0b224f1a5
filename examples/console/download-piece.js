// Downloads one piece by hand and checks its hash:
//   millrace console TORRENT --script download-piece.js HOST:PORT [PIECE]
const [address = "127.0.0.1:6881", index = "0"] = args;
const wanted = piece(Number(index));

const p = await contact(address);
p.haveNone(); // With the fast extension this, have-all or a bitfield comes first (BEP 6).
p.interested();
await p.next("unchoke");

const starts = [];
for (let begin = 0; begin < wanted.length; begin += 16384) starts.push(begin);
for (const begin of starts) p.request(wanted.index, begin, Math.min(16384, wanted.length - begin));
for (const _ of starts) {
  const m = await p.next("piece");
  print(`${m.length} bytes from ${m.begin} of piece ${m.piece}`);
}

if (!(await wanted.verify())) throw new Error(`piece ${wanted.index} does not hash to ${wanted.hash}`);
print(`piece ${wanted.index} is right: ${wanted.hash}`);
