import { get, type IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ID, OTHER } from "../../../test/support/fake-session.ts";
import { ask, start, TOKEN, type Started } from "../../../test/support/http-server.ts";
import { servedAs } from "./media-type.ts";
import { parseRange } from "./routes/range.ts";
import { TICKET_AGE_MS } from "./limits.ts";

describe("parseRange", () => {
  it.each([
    ["bytes=0-99", { start: 0, end: 100 }],
    ["bytes=0-", { start: 0, end: 1000 }],
    ["bytes=990-5000", { start: 990, end: 1000 }],
    ["bytes=-10", { start: 990, end: 1000 }],
    ["bytes=-5000", { start: 0, end: 1000 }],
    ["BYTES=5-5", { start: 5, end: 6 }],
    ["bytes=1000-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=5-4", undefined],
    ["bytes=-", undefined],
    ["bytes=0-1,5-6", undefined],
    ["bytes=a-b", undefined],
    ["items=0-1", undefined],
    ["bytes=99999999999999999999-", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("reads %s", (header, expected) => {
    expect(parseRange(header, 1000)).toEqual(expected);
  });
  it("has nothing of an empty file", () => {
    expect(parseRange("bytes=0-", 0)).toBe("unsatisfiable");
    expect(parseRange("bytes=-5", 0)).toBe("unsatisfiable");
  });
});

describe("servedAs", () => {
  it.each([
    ["a.mkv", "video/x-matroska", true],
    ["a.MP4", "video/mp4", true],
    ["a.flac", "audio/x-flac", true],
    ["a.jpg", "image/jpeg", true],
    ["a.vtt", "text/vtt; charset=utf-8", true],
    ["a.html", "text/plain; charset=utf-8", true],
    ["a.xhtml", "text/plain; charset=utf-8", true],
    ["a.svg", "text/plain; charset=utf-8", true],
    ["a.xml", "text/plain; charset=utf-8", true],
    ["a.js", "text/plain; charset=utf-8", true],
    ["a.css", "text/plain; charset=utf-8", true],
    ["a.pdf", "application/octet-stream", false],
    ["a.swf", "application/octet-stream", false],
    ["a.exe", "application/octet-stream", false],
    ["noname", "application/octet-stream", false],
  ])("serves %s as %s", (path, type, isInline) => {
    const served = servedAs(path);
    expect(served.isInline).toBe(isInline);
    expect(served.type.replace("audio/flac", "audio/x-flac").replace("video/matroska", "video/x-matroska")).toBe(type);
  });
});

describe("/stream", () => {
  let started: Started;
  let port = 0;
  let now = 1_700_000_000_000;
  const film = `/stream/${ID}/0/film.webm`;
  beforeEach(async () => {
    started = await start({ now: () => now });
    ({ port } = started.http);
  });
  afterEach(() => started.http.close());

  it("serves the whole file, a part, the end, and refuses a range beyond it", async () => {
    const bytes = Buffer.from(started.session.contents[0]?.bytes ?? []);
    const all = await ask(port, { path: film });
    expect([
      all.status,
      all.headers["content-type"],
      all.headers["accept-ranges"],
      all.headers["content-length"],
    ]).toEqual([200, "video/webm", "bytes", "1000"]);
    expect(all.body.equals(bytes)).toBe(true);
    const part = await ask(port, { path: film, headers: { range: "bytes=100-199" } });
    expect([part.status, part.headers["content-range"], part.headers["content-length"]]).toEqual([
      206,
      "bytes 100-199/1000",
      "100",
    ]);
    expect(part.body.equals(bytes.subarray(100, 200))).toBe(true);
    const tail = await ask(port, { path: film, headers: { range: "bytes=-1" } });
    expect([tail.status, tail.headers["content-range"]]).toEqual([206, "bytes 999-999/1000"]);
    const beyond = await ask(port, { path: film, headers: { range: "bytes=1000-" } });
    expect([beyond.status, beyond.headers["content-range"], beyond.headers["content-type"]]).toEqual([
      416,
      "bytes */1000",
      "application/problem+json",
    ]);
    const head = await ask(port, { method: "HEAD", path: film });
    expect([head.status, head.headers["content-length"], head.body.length]).toEqual([200, "1000", 0]);
    for (const path of [
      `/stream/${ID}/9/x`,
      `/stream/${"c".repeat(40)}/0/x`,
      `/stream/${ID}/-1/x`,
      `/stream/${ID}/x/y`,
      "/stream/x/0/y",
    ])
      expect((await ask(port, { path })).status, path).toBe(404);
  });

  it("heeds If-Range and If-None-Match", async () => {
    const { etag } = (await ask(port, { path: film })).headers;
    expect((await ask(port, { path: film, headers: { range: "bytes=0-0", "if-range": etag } })).status).toBe(206);
    expect((await ask(port, { path: film, headers: { range: "bytes=0-0", "if-range": '"other"' } })).status).toBe(200);
    expect((await ask(port, { path: film, headers: { "if-none-match": etag } })).status).toBe(304);
  });

  it("lets nothing of a torrent run", async () => {
    const evil = await ask(port, { path: `/stream/${ID}/1/evil.html` });
    expect(evil.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(evil.headers["content-security-policy"]).toMatch(/^default-src 'none';.*sandbox$/);
    expect(evil.headers["x-content-type-options"]).toBe("nosniff");
    const saved = await ask(port, { path: `/stream/${ID}/1/evil.html?download=1` });
    expect(saved.headers["content-disposition"]).toBe("attachment; filename=\"evil.html\"; filename*=UTF-8''evil.html");
    // The name in the address is not what counts.
    expect((await ask(port, { path: `/stream/${ID}/1/film.webm` })).headers["content-type"]).toBe(
      "text/plain; charset=utf-8",
    );
  });

  it("reads no faster than the viewer, and stops when the viewer leaves", async () => {
    started.session.contents[0] = { path: "big.webm", bytes: new Uint8Array(64 * 1024 * 1024) };
    const answer = await new Promise<IncomingMessage>((resolve) => {
      get(
        { host: "127.0.0.1", port, path: film, headers: { authorization: `Bearer ${TOKEN}` }, agent: false },
        resolve,
      );
    });
    answer.pause();
    await vi.waitFor(() => expect(started.session.reading).toBe(1));
    const metrics = await ask(port, { path: "/metrics" });
    expect(metrics.text).toContain("millrace_file_streams 1");
    answer.destroy();
    await vi.waitFor(() => expect(started.session.reading).toBe(0));
  });

  it("stops waiting for pieces when the viewer leaves, and when the server closes", async () => {
    started.session.readGate = new Promise(() => undefined);
    const watch = () =>
      new Promise<IncomingMessage>((resolve) => {
        get(
          { host: "127.0.0.1", port, path: film, headers: { authorization: `Bearer ${TOKEN}` }, agent: false },
          resolve,
        );
      });
    const first = await watch();
    await vi.waitFor(() => expect(started.session.reading).toBe(1));
    first.destroy();
    await vi.waitFor(() => expect(started.session.reading).toBe(0));
    const second = await watch();
    const cut = new Promise((resolve) => {
      second.on("error", resolve).on("end", resolve);
    });
    second.resume();
    await vi.waitFor(() => expect(started.session.reading).toBe(1));
    await started.http.close();
    await cut;
    expect(started.session.reading).toBe(0);
  });

  it("gives players a list that opens without token or cookie, for this torrent and for a day", async () => {
    started.session.contents[0] = { path: "a/Film\n#EXTM3U \u202e[1080p] é.webm", bytes: new Uint8Array(5) };
    const list = await ask(port, { path: `/stream/${ID}/playlist.m3u` });
    expect([list.status, list.headers["content-type"]]).toEqual([200, "audio/x-mpegurl; charset=utf-8"]);
    const lines = list.text.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines.slice(0, 2)).toEqual(["#EXTM3U", "#EXTINF:-1,Film #EXTM3U [1080p] é.webm"]);
    const url = new URL(lines[2] ?? "");
    expect(url.host).toBe(`127.0.0.1:${port}`);
    const anonymous = { authorization: undefined };
    expect((await ask(port, { path: url.pathname + url.search, headers: anonymous })).body).toHaveLength(5);
    expect((await ask(port, { path: url.pathname, headers: anonymous })).status).toBe(401);
    expect((await ask(port, { path: (url.pathname + url.search).replace(ID, OTHER), headers: anonymous })).status).toBe(
      401,
    );
    expect((await ask(port, { path: `/api/v1/torrents/${ID}${url.search}`, headers: anonymous })).status).toBe(401);
    now += 60_000;
    expect((await ask(port, { path: `/stream/${ID}/playlist.m3u${url.search}`, headers: anonymous })).text).toBe(
      list.text,
    );
    now += TICKET_AGE_MS;
    expect((await ask(port, { path: url.pathname + url.search, headers: anonymous })).status).toBe(401);
  });
});
