import { expect, it } from "vitest";
import { Emitter } from "./emitter.ts";

it("calls the listeners of one event, those behind a listener that throws as well, until they are removed", () => {
  const errors: unknown[] = [];
  const got: number[] = [];
  const emitter = new Emitter<{ count: number; text: string }>((error) => errors.push(error));
  const failure = new Error("listener failed");
  emitter.on("text", () => got.push(-1));
  emitter.on("count", () => {
    throw failure;
  });
  const remove = emitter.on("count", (count) => got.push(count));
  emitter.emit("count", 1);
  remove();
  emitter.emit("count", 2);
  expect([got, errors]).toEqual([[1], [failure, failure]]);
});
