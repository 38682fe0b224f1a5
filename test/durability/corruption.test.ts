import { describe } from "vitest";
import { testCorruptions } from "../support/corruption-trial.ts";

describe("Content.open", () => {
  testCorruptions(7_500);
});
