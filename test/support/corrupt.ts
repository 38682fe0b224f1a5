import type { SeededRandom } from "../../src/sim/index.ts";

/** Ways to corrupt a file. `others`: files that may replace it. */
export function corrupt(bytes: Uint8Array, random: SeededRandom, others: readonly Uint8Array[]): Uint8Array {
  const at = random.below(Math.max(1, bytes.length));
  const out = Uint8Array.from(bytes);
  switch (random.below(7)) {
    case 0:
      if (out.length > 0) out[at] = (out[at] ?? 0) ^ (1 << random.below(8));
      return out;
    case 1:
      for (let n = random.below(8); n >= 0 && out.length > 0; n--) out[random.below(out.length)] = random.below(256);
      return out;
    case 2:
      return out.subarray(0, at);
    case 3:
      return out.fill(0, at, at + 1 + random.below(64));
    case 4:
      return Uint8Array.from([...out, ...random.bytes(1 + random.below(40))]);
    case 5:
      return Uint8Array.from([...out.subarray(0, at), ...out.subarray(at + 1 + random.below(20))]);
    default:
      return others[random.below(Math.max(1, others.length))] ?? out.subarray(0, 0);
  }
}
