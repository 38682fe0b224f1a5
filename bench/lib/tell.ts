/** Prints an event of a driver for the harness: a JSON line with CLOCK_MONOTONIC in seconds. */
export function tell(event: string, fields: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, t: Number(process.hrtime.bigint()) / 1e9, ...fields })}\n`);
}
