/**
 * A torrent's life: made of a file, read, edited, and turned into a magnet link and back. Needs no network.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTorrent } from "millrace/creation";
import { editTorrent, formatMagnet, magnetOf, parseMagnet, parseMetainfo } from "millrace/metainfo";
import { nodeRuntime } from "millrace/runtime/node";
const runtime = nodeRuntime();
const folder = await mkdtemp(join(tmpdir(), "millrace-example-"));
try {
  await writeFile(join(folder, "hello.txt"), "Hello, swarm!\n".repeat(10_000));
  // v1 is for all clients, v2 for the newest clients, hybrid for both.
  const { bytes } = await createTorrent(runtime, {
    path: folder,
    name: "hello",
    version: "hybrid",
    trackers: [["udp://tracker.example:6969"]],
    private: true,
  });
  const metainfo = parseMetainfo(bytes, runtime.hasher);
  console.log(
    metainfo.version,
    metainfo.name,
    `${metainfo.totalSize} bytes in ${metainfo.pieceCount} pieces of ${metainfo.pieceLength}`,
  );
  console.log("v1", metainfo.infoHash?.hex);
  console.log("v2", metainfo.infoHashV2?.hex);
  for (const file of metainfo.files) console.log(`  ${file.path.join("/")} (${file.length} bytes from ${file.offset})`);
  // The files and bytes of a piece.
  console.log("piece 0 is", metainfo.layout.spans(metainfo.layout.pieceOffset(0), metainfo.layout.pieceSize(0)));
  // Fields outside of info can change without a change of the info-hash.
  const edited = parseMetainfo(
    editTorrent(bytes, { trackers: [["http://other.example/announce"]], comment: "moved" }),
    runtime.hasher,
  );
  console.log("edited", edited.trackers, edited.comment, "same torrent:", edited.id.equals(metainfo.id));
  const link = formatMagnet({ ...magnetOf(edited), peers: [{ host: "::1", port: 6881 }] });
  console.log(link);
  console.log("from the link:", parseMagnet(link).infoHash?.hex, parseMagnet(link).peers);
} finally {
  await rm(folder, { recursive: true });
  await runtime.close();
}
