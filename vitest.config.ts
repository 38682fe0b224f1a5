import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["src/**/*.test.ts", "fuzz/**/*.test.ts", "web/src/**/*.test.ts"], testTimeout: 20_000 } },
      {
        // Real processes and whole swarms on two cores: one file at a time, so that no test starves another.
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
