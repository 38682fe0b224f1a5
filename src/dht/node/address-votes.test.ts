import { describe, expect, it } from "vitest";
import { AddressVotes } from "./address-votes.ts";

describe("AddressVotes", () => {
  it("follows a new address once most of the recent networks report it", () => {
    const votes = new AddressVotes();
    for (let n = 0; n < 200; n++) votes.add("1.1.1.1", `20.0.${n}.1`);
    expect(votes.winner).toBe("1.1.1.1");
    for (let n = 0; n < 40; n++) votes.add("2.2.2.2", `21.0.${n}.1`);
    expect(votes.winner).toBe("2.2.2.2");
  });

  it("gives a network one vote", () => {
    const votes = new AddressVotes();
    for (let n = 0; n < 100; n++) votes.add("1.1.1.1", `20.0.0.${n}`);
    expect(votes.winner).toBeUndefined();
  });
});
