import { describe, expect, it } from "vitest";
import { AddressVotes } from "./address-votes.ts";

describe("AddressVotes", () => {
  it("follows a new address once most of the recent voters report it", () => {
    const votes = new AddressVotes<number>();
    for (let n = 0; n < 200; n++) votes.add("1.1.1.1", n);
    expect(votes.winner).toBe("1.1.1.1");
    for (let n = 0; n < 16; n++) votes.add("2.2.2.2", 200 + n);
    expect(votes.winner).toBe("1.1.1.1");
    votes.add("2.2.2.2", 216);
    expect(votes.winner).toBe("2.2.2.2");
  });

  it("gives each voter one vote, the latest", () => {
    const votes = new AddressVotes<string>(2);
    for (let n = 0; n < 100; n++) votes.add("1.1.1.1", "a");
    expect(votes.winner).toBeUndefined();
    votes.add("2.2.2.2", "a");
    votes.add("1.1.1.1", "b");
    expect(votes.winner).toBeUndefined();
    votes.add("2.2.2.2", "b");
    expect(votes.winner).toBe("2.2.2.2");
  });
});
