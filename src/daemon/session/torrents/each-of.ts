/**
 * Runs `job` for each item, for at most `atOnce` items at a time. Rejects with the first failure, but only after all
 * running jobs have ended.
 */
export async function eachOf<T>(items: Iterable<T>, atOnce: number, job: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < waiting.length) {
      const item = waiting[next++];
      if (item !== undefined) await job(item);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(atOnce, waiting.length) }, worker));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
