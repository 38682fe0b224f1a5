import { describe } from "vitest";
import { testCorruptions } from "../../test/support/corruption-trial.ts";

// A quick look: test/durability has many more.
describe("Content.open", () => {
  testCorruptions(1_000);
});
