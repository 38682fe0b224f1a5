/** One run of one client, and how a mode's runs become tables. */
import { ratio, summarize } from "./statistics.ts";
import type { Summary } from "./statistics.ts";
import { markdownTable } from "./table.ts";
import { formatNumber } from "./units.ts";

export const US = "millrace";

/** A figure: its title and its meaning. */
export interface Metric {
  readonly key: string;
  readonly title: string;
  /** If set, the table has a column with Millrace's ratio to the other client; the value is the good direction. */
  readonly better?: "more" | "less";
}

/** Figures by the key of their metric; a figure that does not apply is absent. */
export type Figures = Readonly<Record<string, number>>;

export interface RunRecord {
  readonly mode: string;
  /** The work, such as `2 GiB, pieces of 1 MiB`: runs of one case are comparable. */
  readonly what: string;
  readonly client: string;
  readonly round: number;
  readonly figures: Figures;
  /** CPU seconds of other programs during the run. */
  readonly foreignCpu?: number;
  /** Other programs used so much that the figures are unreliable. */
  readonly isDisturbed?: boolean;
  readonly error?: string;
}

/** The tables of one mode: for each case the figures, then the ratios. */
export function modeTables(records: readonly RunRecord[], metrics: readonly Metric[]): string {
  const cases = [...new Set(records.map((record) => record.what))];
  return cases
    .map((what) =>
      caseTables(
        what,
        records.filter((record) => record.what === what),
        metrics,
      ),
    )
    .join("\n\n");
}

function caseTables(what: string, records: readonly RunRecord[], metrics: readonly Metric[]): string {
  const clients = [...new Set(records.map((record) => record.client))];
  const columns = metrics.filter((metric) => records.some((record) => record.figures[metric.key] !== undefined));
  const rows = clients.map((client) => {
    const own = records.filter((record) => record.client === client);
    const good = own.filter(isGood);
    const cells = columns.map((metric) =>
      showSummary(summarize(good.flatMap((record) => record.figures[metric.key] ?? []))),
    );
    return [client, `${good.length}/${own.length}${remarks(own)}`, ...cells];
  });
  const parts = [`**${what}**`, markdownTable(["client", "runs", ...columns.map((metric) => metric.title)], rows)];
  const ratios = ratioTable(records, clients, columns);
  if (ratios !== undefined) parts.push(ratios);
  const errors = records
    .filter((record) => record.error !== undefined)
    .map((record) => `- ${record.client}, run ${record.round + 1}: ${record.error ?? ""}`);
  if (errors.length > 0) parts.push(errors.join("\n"));
  return parts.join("\n\n");
}

function ratioTable(
  records: readonly RunRecord[],
  clients: readonly string[],
  columns: readonly Metric[],
): string | undefined {
  const compared = columns.filter((metric) => metric.better !== undefined);
  const ours = clients.filter((client) => client === US || client.startsWith(`${US} `));
  const peers = clients.filter((client) => client !== US);
  const rows = ours.flatMap((own) =>
    (own === US ? peers : []).map((peer) => [
      `${own} / ${peer}`,
      ...compared.map((metric) =>
        showSummary(ratio(series(records, own, metric.key), series(records, peer, metric.key)), " ×"),
      ),
    ]),
  );
  if (rows.length === 0 || compared.length === 0) return undefined;
  return markdownTable(
    ["ratio", ...compared.map((metric) => `${metric.title} (${metric.better === "more" ? "more" : "less"} is better)`)],
    rows,
  );
}

function series(records: readonly RunRecord[], client: string, key: string): (number | undefined)[] {
  const own = records.filter((record) => record.client === client);
  const rounds = Math.max(0, ...records.map((record) => record.round + 1));
  return Array.from(
    { length: rounds },
    (_, round) => own.find((record) => record.round === round && isGood(record))?.figures[key],
  );
}

function isGood(record: RunRecord): boolean {
  return record.error === undefined;
}

function remarks(records: readonly RunRecord[]): string {
  const disturbed = records.filter((record) => record.isDisturbed === true).length;
  return disturbed === 0 ? "" : ` (${disturbed} disturbed)`;
}

function showSummary(summary: Summary | undefined, unit = ""): string {
  if (summary === undefined) return "–";
  const { min, median, max } = summary;
  return min === max
    ? `${formatNumber(median)}${unit}`
    : `${formatNumber(median)}${unit} (${formatNumber(min)}–${formatNumber(max)})`;
}
