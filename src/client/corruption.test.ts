import { describe } from "vitest";
import { testCorruptions } from "../../test/support/corruption-trial.ts";

// A short version: test/durability has many more.
describe("Content.open", () => {
  testCorruptions(1_000);
});
