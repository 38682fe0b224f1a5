import { describe, expect, it } from "vitest";
import { storageError } from "./system-error.ts";

describe("storageError", () => {
  it.each(["ENXIO", "ENODEV"])(
    "says of %s that it is no file where one is opened, and what the system says of a disk that is gone",
    (code) => {
      const thrown = Object.assign(new Error(`${code}: no such device`), { code });
      expect(storageError(thrown, "open", "/a")).toMatchObject({
        code: "storage.not-a-file",
        message: "cannot open /a: it is a pipe, a socket or a device, not a file",
      });
      for (const what of ["read", "write", "flush", "look at"]) {
        expect(storageError(thrown, what, "/a")).toMatchObject({
          code: "storage.failed",
          message: `cannot ${what} /a: ${code}: no such device`,
          fields: { path: "/a" },
        });
      }
    },
  );
});
