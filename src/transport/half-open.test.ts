import { describe, expect, it } from "vitest";
import { HalfOpenConnections } from "./half-open.ts";
import { MAX_HALF_OPEN, MAX_HALF_OPEN_PER_NETWORK } from "./limits.ts";

function start() {
  const all = new HalfOpenConnections();
  const aborted: string[] = [];
  const open = (ip: string): void => {
    const connection = {
      abort: () => {
        aborted.push(ip);
        all.remove(ip, connection);
      },
    };
    all.add(ip, connection);
  };
  return { all, aborted, open };
}

describe("HalfOpenConnections", () => {
  it("aborts the longest waiting connection of a network that has too many", () => {
    const { all, aborted, open } = start();
    open("20.0.0.1");
    for (let n = 0; n < MAX_HALF_OPEN_PER_NETWORK + 2; n++) open(`20.0.1.${n}`);
    expect(aborted).toEqual(["20.0.1.0", "20.0.1.1"]);
    for (let n = 0; n < MAX_HALF_OPEN_PER_NETWORK + 1; n++) open(`2a00:0:0:7:${n + 1}::1`);
    expect(aborted.at(-1)).toBe("2a00:0:0:7:1::1");
    expect(all.size).toBe(2 * MAX_HALF_OPEN_PER_NETWORK + 1);
  });

  it("aborts one of the network that has most when there are too many in all", () => {
    const { all, aborted, open } = start();
    open("20.0.0.1");
    open("20.0.0.2");
    for (let n = 0; n < 2 * MAX_HALF_OPEN; n++) open(`20.${1 + (n >> 8)}.${n & 255}.1`);
    expect(all.size).toBe(MAX_HALF_OPEN);
    expect(aborted).toHaveLength(MAX_HALF_OPEN + 2);
    expect(aborted[0]).toBe("20.0.0.1");
  });

  it("lets one private network, or the host itself, have all of the connections", () => {
    for (const network of ["127.0.0", "192.168.1"]) {
      const { all, aborted, open } = start();
      for (let n = 0; n < MAX_HALF_OPEN; n++) open(`${network}.${n & 255}`);
      expect([all.size, aborted.length]).toEqual([MAX_HALF_OPEN, 0]);
      open("20.0.0.1");
      expect(aborted).toEqual([`${network}.0`]);
    }
  });

  it("aborts all, and holds none", () => {
    const { all, aborted, open } = start();
    for (let n = 0; n < 10; n++) open(`20.0.${n % 3}.1`);
    all.abortAll();
    expect([all.size, aborted.length]).toEqual([0, 10]);
  });

  it("does not let one IPv6 site (/48) displace an honest peer during its handshake", () => {
    const { aborted, open } = start();
    open("20.0.0.1");
    for (let n = 0; n < 2 * MAX_HALF_OPEN; n++) open(`2001:db8:7:${n.toString(16)}::1`);
    expect(aborted).not.toContain("20.0.0.1");
  });
});
