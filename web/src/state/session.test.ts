import { describe, expect, it } from "vitest";
import type { CreateTask } from "../../../src/api/index.ts";
import { putTask, tasks } from "./session.ts";

const task: CreateTask = { id: "1", path: "/data", state: "hashing", progress: 0, torrent: null, error: null };

describe("putTask", () => {
  it("adds a task and its progress", () => {
    tasks.value = [];
    putTask(task);
    putTask({ ...task, progress: 0.5 });
    expect(tasks.value).toEqual([{ ...task, progress: 0.5 }]);
  });

  it("ignores a late response that would undo a failure", () => {
    tasks.value = [];
    putTask({ ...task, state: "failed", error: "not found" });
    putTask(task);
    expect(tasks.value).toEqual([{ ...task, state: "failed", error: "not found" }]);
  });
});
