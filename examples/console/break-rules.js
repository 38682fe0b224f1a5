// Breaks the rules on purpose, to show how a client reacts, and what the linter finds:
//   millrace console TORRENT --script break-rules.js HOST:PORT
const [address = "127.0.0.1:6881"] = args;

const violations = {
  "a request while choked": (p) => p.request(0, 0, 16384),
  "a request for a piece that does not exist": (p) => p.request(torrent.pieceCount, 0, 16384),
  "a have of a piece that does not exist": (p) => p.have(torrent.pieceCount + 5),
  "a bitfield in the middle": (p) => {
    p.interested();
    p.bitfield([0]);
  },
  "a block that was not requested": (p) => p.piece(0, 0, new Uint8Array(16384)),
  "an allowed-fast message of wrong length": (p) => p.raw("00000002 11 00"),
  "a message of 4 GiB": (p) => p.raw("ffffffff 07"),
};

for (const [name, violate] of Object.entries(violations)) {
  // Without the fast extension: with it some pieces may be requested while choked (BEP 6).
  const p = await contact(address, { reserved: { extended: true } });
  await violate(p);
  const end = await p.next("closed", { timeout: 2 }).catch(() => undefined);
  print(`${name}: ${end === undefined ? "the peer stays" : end.why}`);
  for (const finding of p.findings) print(`    ${finding.rule} (BEP ${finding.bep}): ${finding.text}`);
  if (end === undefined) p.close();
}
