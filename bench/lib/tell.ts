/** What a driver written in TypeScript says to the harness: a JSON line per event, with CLOCK_MONOTONIC in seconds. */
export function tell(event: string, fields: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, t: Number(process.hrtime.bigint()) / 1e9, ...fields })}\n`);
}
