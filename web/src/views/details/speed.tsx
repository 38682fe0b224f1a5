import type { JSX } from "preact";
import { Chart } from "../../components/chart.tsx";
import { rateOrZero } from "../../base/format.ts";
import { samplesOf, samplesVersion } from "../../state/samples.ts";
import { rowOf } from "../../state/torrents.ts";
import { texts } from "../../texts/texts.ts";
import type { ViewProps } from "./view.ts";

/** The tab with the chart of a torrent's download and upload rates. */
export function Speed({ id }: ViewProps): JSX.Element {
  void samplesVersion.value;
  const row = rowOf(id);
  const samples = samplesOf(id);
  if (samples.length < 2) return <p class="muted padded">{texts.speed.empty}</p>;
  return (
    <Chart samples={samples} label={texts.speed.chart(rateOrZero(row?.downRate ?? 0), rateOrZero(row?.upRate ?? 0))} />
  );
}
