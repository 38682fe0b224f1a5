import type { ComponentChildren, JSX } from "preact";
import type { TorrentDetail, TorrentDiscovery, TorrentRow } from "../../../../src/api/index.ts";
import { ask, attempt, copy } from "../../actions/actions.ts";
import { api } from "../../api/api.ts";
import { Button } from "../../components/button.tsx";
import { Check } from "../../components/fields.tsx";
import { usePoll } from "../../components/poll.ts";
import { bytes, count, dateTime, eta, rateOrZero, ratio } from "../../base/format.ts";
import { rowOf } from "../../state/torrents.ts";
import { texts } from "../../texts/texts.ts";
import { StatusIcon, TorrentProgress } from "../torrents/cells.tsx";
import { Pieces } from "./pieces.tsx";
import type { ViewProps } from "./view.ts";
import { POLL_SLOW } from "./view.ts";

const words = texts.overview;

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function limitOf(rate: number | null): string {
  return rate === null ? texts.common.noLimit : rateOrZero(rate);
}

function Live({ row }: { readonly row: TorrentRow }): JSX.Element {
  return (
    <>
      <Fact name={words.state}>
        <StatusIcon row={row} />
      </Fact>
      {row.error !== null && (
        <Fact name={words.error}>
          <span class="bad-text">{row.error.message}</span>
        </Fact>
      )}
      {row.trackerProblem !== null && (
        <Fact name={row.trackerProblem.level === "error" ? words.trackerError : words.trackerWarning}>
          <span class={row.trackerProblem.level === "error" ? "bad-text" : ""}>{row.trackerProblem.message}</span>
        </Fact>
      )}
      <Fact name={words.downloaded}>{`${bytes(row.downloaded)} (${rateOrZero(row.downRate)})`}</Fact>
      <Fact name={words.uploaded}>{`${bytes(row.uploaded)} (${rateOrZero(row.upRate)})`}</Fact>
      <Fact name={words.ratio}>{ratio(row.ratio)}</Fact>
      <Fact name={words.remaining}>{bytes(Math.max(0, row.wanted - row.done))}</Fact>
      {row.state === "downloading" && <Fact name={words.eta}>{eta(row.eta)}</Fact>}
      <Fact name={words.size}>{row.size === 0 ? "–" : bytes(row.size)}</Fact>
      <Fact name={words.added}>{dateTime(row.addedAt)}</Fact>
      {row.finishedAt !== null && <Fact name={words.finished}>{dateTime(row.finishedAt)}</Fact>}
      <Fact name={words.folder}>{row.folder}</Fact>
      {row.labels.length > 0 && <Fact name={words.label}>{row.labels.join(", ")}</Fact>}
    </>
  );
}

interface FixedProps {
  readonly detail: TorrentDetail;
  /** Reads the details from the daemon again. */
  readonly again: () => void;
}

function Fixed({ detail }: Pick<FixedProps, "detail">): JSX.Element {
  const { limits } = detail;
  return (
    <>
      <Fact name={words.peers}>{words.peersText(detail.peers, detail.seeds, detail.knownPeers)}</Fact>
      {detail.bottleneck !== null && (
        <Fact name={words.bottleneck}>
          {detail.bottleneck.advice === null
            ? detail.bottleneck.message
            : `${detail.bottleneck.message}; ${detail.bottleneck.advice}`}
        </Fact>
      )}
      {detail.webSeeds.map(({ url, state, downloaded, error }) => (
        <Fact key={url} name={words.webSeed}>
          {`${url}: ${words.webSeedStates[state]}, ${bytes(downloaded)}${error === null ? "" : `; ${error.message}`}`}
        </Fact>
      ))}
      {detail.destination !== null && <Fact name={words.destination}>{detail.destination}</Fact>}
      <Fact name={words.wasted}>{bytes(detail.wasted)}</Fact>
      {detail.pieceCount > 0 && (
        <Fact name={words.pieces}>{`${count(detail.pieceCount)} × ${bytes(detail.pieceLength)}`}</Fact>
      )}
      <Fact name={words.files}>{count(detail.fileCount)}</Fact>
      <Fact name={words.private}>{detail.private ? texts.common.yes : texts.common.no}</Fact>
      <Fact name={words.limits}>
        <button type="button" class="link" onClick={() => ask("limits", [detail.id])}>
          {words.limitsText(limitOf(limits.maxDownloadRate), limitOf(limits.maxUploadRate))}
        </button>
      </Fact>
      {detail.comment !== "" && <Fact name={words.comment}>{detail.comment}</Fact>}
      {detail.createdAt !== null && <Fact name={words.created}>{dateTime(detail.createdAt)}</Fact>}
      {detail.createdBy !== "" && <Fact name={words.creator}>{detail.createdBy}</Fact>}
      {detail.infoHashes.v1 !== null && (
        <Fact name={words.hash}>
          <code>{detail.infoHashes.v1}</code>
        </Fact>
      )}
      {detail.infoHashes.v2 !== null && (
        <Fact name={words.hashV2}>
          <code>{detail.infoHashes.v2}</code>
        </Fact>
      )}
    </>
  );
}

function Switches({ detail, again }: FixedProps): JSX.Element {
  return (
    <div class="fact-line">
      <Button label={texts.actions.copyMagnet} icon="link" isWordy onClick={() => void copy(detail.magnet)} />
      <Check
        label={words.sequentialSwitch}
        isChecked={detail.sequential}
        onChange={(sequential) =>
          void attempt(words.sequentialSwitch, () => api.patch(detail.id, { sequential })).then(again)
        }
      />
      <Discovery detail={detail} again={again} />
    </div>
  );
}

/** Check boxes for the ways to find peers. Those of a private torrent are off and cannot be changed (BEP 27). */
function Discovery({ detail, again }: FixedProps): JSX.Element {
  const set = (label: string, discovery: Partial<TorrentDiscovery>): void =>
    void attempt(label, () => api.patch(detail.id, { discovery })).then(again);
  return (
    <>
      {(["dht", "pex", "lsd"] as const).map((way) => (
        <Check
          key={way}
          label={words.discovery[way]}
          isChecked={!detail.private && detail.discovery[way]}
          whyDisabled={detail.private ? words.privateDiscovery : undefined}
          onChange={(isOn) => set(words.discovery[way], { [way]: isOn })}
        />
      ))}
      {detail.private && <span class="muted">{words.privateDiscovery}</span>}
    </>
  );
}

/** The tab with the most important facts about a torrent. */
export function Overview({ id }: ViewProps): JSX.Element | null {
  const row = rowOf(id);
  const { value: detail, error, again } = usePoll(id, POLL_SLOW, () => api.torrent(id));
  if (row === undefined) return null;
  return (
    <div class="overview">
      <TorrentProgress row={row} />
      <Pieces id={id} availability={row.availability} />
      {error !== null && <p class="failure">{error}</p>}
      <dl>
        <Live row={row} />
        {detail !== null && <Fixed detail={detail} />}
      </dl>
      {detail !== null && <Switches detail={detail} again={again} />}
    </div>
  );
}
