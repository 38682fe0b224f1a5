import { describe, expect, it } from "vitest";
import { ReplyWriter } from "./reply.ts";

describe("ReplyWriter", () => {
  it("distinguishes replies with other headers or another status", () => {
    const writer = new ReplyWriter();
    const headers = { "content-type": "text/plain" };
    expect(writer.write({ status: 200, headers, body: "a" }, true, "close")).toMatch(
      /^HTTP\/1.1 200 OK\r\ndate: .+ GMT\r\ncontent-type: text\/plain\r\ncontent-length: 1\r\nconnection: close\r\n\r\na$/,
    );
    expect(writer.write({ status: 404, headers, body: "bc" }, true, "keep-alive")).toMatch(
      /^HTTP\/1.1 404 Not Found\r\n.*plain\r\ncontent-length: 2\r\n.*\r\n\r\nbc$/s,
    );
    expect(writer.write({ status: 404, body: "d" }, false, "stated")).toMatch(
      /GMT\r\ncontent-length: 1\r\nconnection: keep-alive\r\n.*\r\n\r\n$/s,
    );
    expect(writer.write({ status: 302, headers, body: "" }, true, "close")).toMatch(/^HTTP\/1.1 302 Found\r\n/);
    expect(writer.write({ status: 299, headers, body: "" }, true, "close")).toMatch(/^HTTP\/1.1 299 \r\n/);
  });

  it.each([
    ["a\r\nb", "x"],
    ["a b", "x"],
    ["a", "x\ny"],
    ["a", "€"],
  ])("refuses the header %j: %j, again and again", (name, value) => {
    const writer = new ReplyWriter();
    const reply = { status: 200, headers: { [name]: value }, body: "" };
    for (let i = 0; i < 2; i++)
      expect(() => writer.write(reply, true, "close")).toThrow(
        expect.objectContaining({ code: "runtime.http-header" }) as Error,
      );
  });
});
