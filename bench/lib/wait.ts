export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
  });
}

/** Calls `test` until its result is not `undefined`. Throws after `seconds`. */
export async function poll<T>(
  seconds: number,
  every: number,
  ask: () => T | undefined | Promise<T | undefined>,
  what: string,
): Promise<T> {
  const attempts = Math.ceil(seconds / every);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(every);
  }
  throw new Error(`${what}: not within ${seconds} s`);
}
