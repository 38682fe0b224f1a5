import { expect, it } from "vitest";
import { fakeRow, FakeSession, ID } from "../../../test/support/fake-session.ts";
import type { TorrentPeer } from "../../api/index.ts";
import { RpcTorrent, TORRENT_FIELDS } from "./torrent-fields.ts";

it("has how each peer was found, in Transmission's names and letters", () => {
  const session = new FakeSession();
  const [row] = session.rows;
  if (row === undefined) throw new Error("no torrent");
  const [peer] = session.details.peers(row.id);
  if (peer === undefined) throw new Error("no peer");
  const found: readonly (readonly [TorrentPeer["source"], string])[] = [
    ["incoming", "dSI"],
    ["tracker", "DT"],
    ["dht", "UH"],
    ["exchange", "uX"],
    ["local", "SL"],
    ["local", "L"],
    ["user", ""],
    ["magnet", ""],
    ["resume", ""],
  ];
  Object.assign(session.details, { peers: () => found.map(([source, flags]) => ({ ...peer, source, flags })) });
  const torrent = new RpcTorrent(session, row, 1, 0);
  expect(TORRENT_FIELDS.get("peers_from")?.(torrent)).toEqual({
    // Transmission has no name for peers that the user has named.
    from_cache: 3,
    from_dht: 1,
    from_incoming: 1,
    from_lpd: 2,
    from_ltep: 0,
    from_pex: 1,
    from_tracker: 1,
  });
  const flags = ["dI", "D", "UH", "uX", "", "", "", "", ""];
  expect(TORRENT_FIELDS.get("peers")?.(torrent)).toMatchObject(flags.map((each) => ({ flag_str: each })));
});

it("has the received share of the metadata", () => {
  const session = new FakeSession();
  const percent = TORRENT_FIELDS.get("metadata_percent_complete");
  const shares = [0, 0.375, 1].map((metadataProgress) =>
    percent?.(new RpcTorrent(session, fakeRow(ID, { metadataProgress }), 1, 0)),
  );
  expect(shares).toEqual([0, 0.375, 1]);
});
