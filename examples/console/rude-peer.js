// Breaks the rules on purpose, to see what a client does about it, and what the linter says:
//   millrace console TORRENT --script rude-peer.js HOST:PORT
const [address = "127.0.0.1:6881"] = args;

const misdeeds = {
  "a request while choked": (p) => p.request(0, 0, 16384),
  "a request for a piece that there is not": (p) => p.request(torrent.pieceCount, 0, 16384),
  "a have of a piece that there is not": (p) => p.have(torrent.pieceCount + 5),
  "a bitfield in the middle": (p) => {
    p.interested();
    p.bitfield([0]);
  },
  "a block that nobody asked for": (p) => p.piece(0, 0, new Uint8Array(16384)),
  "an allowed-fast message of wrong length": (p) => p.raw("00000002 11 00"),
  "a message of 4 GiB": (p) => p.raw("ffffffff 07"),
};

for (const [name, misdeed] of Object.entries(misdeeds)) {
  // Without the fast extension: with it some pieces may be asked for while choked (BEP 6).
  const p = await contact(address, { reserved: { extended: true } });
  await misdeed(p);
  const end = await p.next("closed", { timeout: 2 }).catch(() => undefined);
  print(`${name}: ${end === undefined ? "the peer stays" : end.why}`);
  for (const finding of p.findings) print(`    ${finding.rule} (BEP ${finding.bep}): ${finding.text}`);
  if (end === undefined) p.close();
}
