import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { DhtInfo, LsdInfo, Statistics } from "../../../../src/api/index.ts";
import { api } from "../../api/api.ts";
import { Chart } from "../../components/chart.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { usePoll } from "../../components/poll.ts";
import { Tabs } from "../../components/tabs.tsx";
import { bytes, count, duration, rateOrZero, ratio } from "../../base/format.ts";
import { session } from "../../state/session.ts";
import { texts } from "../../texts/texts.ts";

const words = texts.statistics;
/** The time, in milliseconds, between two requests for the statistics. */
const EVERY = 5000;
const stateNames: ReadonlyMap<string, string> = new Map(Object.entries(texts.states));

interface FactsProps {
  readonly data: Statistics;
  readonly dht: DhtInfo;
  readonly lsd: LsdInfo;
}

function filterText(filter: Statistics["ipFilter"]): string {
  if (filter === null) return words.ipFilterOff;
  const counts = words.ipFilterCounts(filter.ranges, filter.blocked);
  return filter.error === null ? counts : `${counts}; ${words.ipFilterFailed(filter.loadedAt !== null, filter.error)}`;
}

function mappingText(mapping: Statistics["portMapping"]): string {
  if (mapping === null) return words.portMappingOff;
  const { state, method, externalIp, tcp, reason } = mapping;
  if (state === "mapped" && method !== null && tcp !== null) return words.portMappingAt(method, tcp, externalIp);
  return reason === null ? words.portMappingRuns : `${words.portMappingOff}: ${reason}`;
}

function Facts({ data, dht, lsd }: FactsProps): JSX.Element {
  const share = (up: number, down: number): string => (down === 0 ? "–" : ratio(up / down));
  const facts: readonly (readonly [string, string])[] = [
    [words.running, duration((Date.now() - data.startedAt) / 1000)],
    [words.torrents, count(data.torrents)],
    [words.connections, count(data.connections)],
    [words.dht, dht.isEnabled ? words.dhtNodes(dht.nodes) : words.dhtOff],
    [words.lsd, lsd.isEnabled ? words.lsdFound(lsd.found, lsd.interfaces.join(", ")) : words.lsdOff],
    [words.portMapping, mappingText(data.portMapping)],
    ...(data.binding === null ? [] : [[words.interface, words.interfaceIs(data.binding)] as const]),
    [words.ipFilter, filterText(data.ipFilter)],
    [words.memory, bytes(data.memory)],
    [words.free, data.freeBytes === null ? "–" : bytes(data.freeBytes)],
    [words.version, session.value?.version ?? "–"],
  ];
  return (
    <>
      <table class="figures">
        <thead>
          <tr>
            <td />
            <th scope="col">{words.downloaded}</th>
            <th scope="col">{words.uploaded}</th>
            <th scope="col">{words.ratio}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{words.session}</th>
            <td>{bytes(data.sessionDownloaded)}</td>
            <td>{bytes(data.sessionUploaded)}</td>
            <td>{share(data.sessionUploaded, data.sessionDownloaded)}</td>
          </tr>
          <tr>
            <th scope="row">{words.ever}</th>
            <td>{bytes(data.downloaded)}</td>
            <td>{bytes(data.uploaded)}</td>
            <td>{share(data.uploaded, data.downloaded)}</td>
          </tr>
        </tbody>
      </table>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name} class="fact">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {Object.entries(data.states).map(([state, amount]) => (
          <div key={state} class="fact">
            <dt>{stateNames.get(state) ?? state}</dt>
            <dd>{count(amount)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** The dialog that shows the statistics of the session. */
export function StatisticsDialog(): JSX.Element {
  const [span, setSpan] = useState<"hour" | "month">("hour");
  const { value, error } = usePoll("statistics", EVERY, async () => ({
    now: await api.statistics(),
    dht: await api.dht(),
    lsd: await api.lsd(),
    history: await api.history(),
  }));
  const samples = span === "hour" ? value?.history.recent : value?.history.hours;
  return (
    <Dialog title={words.title} size="large">
      {error !== null && <p class="failure">{error}</p>}
      {value === null && error === null && <p class="muted">{texts.common.loading}</p>}
      {value !== null && (
        <>
          <Facts data={value.now} dht={value.dht} lsd={value.lsd} />
          <h3>{words.history}</h3>
          <Tabs
            label={words.history}
            tabs={[
              ["hour", words.hour],
              ["month", words.month],
            ]}
            chosen={span}
            onChoose={setSpan}
          >
            {samples === undefined || samples.length < 2 ? (
              <p class="muted padded">{words.empty}</p>
            ) : (
              <Chart
                key={span}
                samples={samples}
                label={texts.speed.chart(rateOrZero(value.now.downRate), rateOrZero(value.now.upRate))}
              />
            )}
          </Tabs>
        </>
      )}
    </Dialog>
  );
}
