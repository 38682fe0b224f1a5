import { type Endpoint, formatEndpoint } from "../../../base/index.ts";
import { MAX_PEX_PEERS } from "../../../wire/index.ts";
import type { Context, Report, Topic } from "../context.ts";
import { PEX_INTERVAL_MS } from "../limits.ts";

/** Rules about `ut_pex` (BEP 11). */
export const pexRules: Topic = (context, report) => {
  const { message, metainfo } = context;
  if (message.type !== "pex") return;
  if (metainfo?.isPrivate === true) {
    report("private.pex", "ut_pex for a private torrent: its peers come from its tracker alone");
    return;
  }
  lintRate(context, message, report);
  lintPeers(message, report);
};

interface Pex {
  readonly added: readonly Endpoint[];
  readonly dropped: readonly Endpoint[];
}

function lintRate({ mine, at }: Context, { added, dropped }: Pex, report: Report): void {
  if (mine.pexCount === 0) return;
  const most = Math.max(added.length, dropped.length);
  if (most > MAX_PEX_PEERS)
    report(
      "pex.many",
      `ut_pex with ${most} peers ${added.length === most ? "added" : "dropped"}: only the first message may have more than ${MAX_PEX_PEERS}`,
    );
  // The first is sent at once, and some count the minute from the beginning.
  if (mine.pexCount > 1 && mine.lastPexAt !== undefined && at - mine.lastPexAt < PEX_INTERVAL_MS) {
    report("pex.often", `ut_pex after ${Math.round((at - mine.lastPexAt) / 1000)} s: one a minute is allowed`);
  }
}

function lintPeers({ added, dropped }: Pex, report: Report): void {
  const now = new Set(added.map(formatEndpoint));
  const gone = new Set(dropped.map(formatEndpoint));
  if (now.size < added.length || gone.size < dropped.length)
    report(
      "pex.duplicate",
      `ut_pex names ${added.length - now.size + dropped.length - gone.size} peers more than once`,
    );
  for (const peer of now) {
    if (!gone.has(peer)) continue;
    report("pex.both", `ut_pex both adds and drops ${peer}`);
    return;
  }
}
