import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ID, OTHER } from "../../../test/support/fake-session.ts";
import { ask, askJson, start, TOKEN, type Started } from "../../../test/support/http-server.ts";

describe("startHttp", () => {
  let it0: Started;
  let port = 0;
  let root = "";
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "millrace-page-"));
    mkdirSync(join(root, "assets"));
    writeFileSync(join(root, "index.html"), "<!doctype html><title>Millrace</title>");
    writeFileSync(join(root, "assets", "main-abcdefgh.js"), `console.log(${JSON.stringify("x".repeat(5000))});`);
    it0 = await start({
      webRoot: root,
      rpc: async (request) => new Response(`${request.method} ${await request.text()}`, { status: 200 }),
    });
    ({ port } = it0.http);
  });
  afterAll(async () => {
    await it0.http.close();
    rmSync(root, { recursive: true });
  });

  it("lists torrents with search, filters, order, pages and fields", async () => {
    const all = await ask(port, { path: "/api/v1/torrents" });
    expect(all.status).toBe(200);
    expect(all.json).toMatchObject({ total: 2, torrents: [{ id: ID }, { id: OTHER }] });
    const some = await ask(port, { path: "/api/v1/torrents?search=OTHER&fields=name,state&sort=name&order=desc" });
    expect(some.json).toEqual({ total: 1, torrents: [{ id: OTHER, name: "Other", state: "seeding" }] });
    const page = await ask(port, { path: "/api/v1/torrents?limit=1&offset=1&state=seeding" });
    expect(page.json).toEqual({ total: 1, torrents: [] });
    expect((await ask(port, { path: "/api/v1/torrents?sort=evil" })).status).toBe(422);
    expect((await ask(port, { path: "/api/v1/torrents?unknown=1" })).json).toMatchObject({
      code: "http.invalid",
      status: 422,
    });
  });

  it("adds by address and by form, and looks into a file", async () => {
    it0.session.writes.length = 0;
    const byUrl = await askJson(port, "POST", "/api/v1/torrents", { url: "magnet:?xt=urn:btih:x", paused: true });
    expect([byUrl.status, byUrl.json]).toEqual([201, { id: OTHER }]);
    const form = new FormData();
    form.set("file", new Blob([Buffer.from("d4:infodee")]), "a.torrent");
    form.set("options", JSON.stringify({ label: "films" }));
    const encoded = new Response(form);
    const byForm = await ask(port, {
      method: "POST",
      path: "/api/v1/torrents",
      headers: { "content-type": encoded.headers.get("content-type") ?? "" },
      body: new Uint8Array(await encoded.arrayBuffer()),
    });
    expect(byForm.status).toBe(201);
    expect(it0.session.writes).toEqual([
      ["add", "magnet:?xt=urn:btih:x", { paused: true }],
      ["add", new Uint8Array(Buffer.from("d4:infodee")), { label: "films" }],
    ]);
    const inspect = (body: string) =>
      ask(port, {
        method: "POST",
        path: "/api/v1/torrents/inspect",
        headers: { "content-type": "application/x-bittorrent" },
        body,
      });
    expect((await inspect("d4:infodee")).json).toMatchObject({ name: "x" });
    expect((await inspect("nonsense")).json).toMatchObject({ status: 422, code: "metainfo.bencode" });
  });

  it("acts, patches, removes", async () => {
    it0.session.writes.length = 0;
    expect(
      (await askJson(port, "POST", "/api/v1/torrents/actions", { action: "pause", ids: [ID, "c".repeat(40)] })).json,
    ).toMatchObject({ done: 1, failed: [{ code: "session.not-found" }] });
    expect((await askJson(port, "PATCH", `/api/v1/torrents/${ID}`, { label: "x" })).json).toMatchObject({
      id: ID,
      limits: {},
    });
    expect((await askJson(port, "PATCH", `/api/v1/torrents/${ID}/files`, { priorities: { 1: "high" } })).status).toBe(
      200,
    );
    expect((await askJson(port, "PATCH", `/api/v1/torrents/${ID}/files`, { priorities: { 9: "high" } })).status).toBe(
      422,
    );
    expect(
      (await askJson(port, "PUT", `/api/v1/torrents/${ID}/trackers`, { tiers: [["http://t.example/a"]] })).status,
    ).toBe(200);
    expect((await ask(port, { method: "DELETE", path: `/api/v1/torrents/${ID}?deleteData=true` })).status).toBe(204);
    expect((await ask(port, { method: "DELETE", path: `/api/v1/torrents/${"c".repeat(40)}` })).json).toMatchObject({
      status: 404,
      code: "session.not-found",
    });
    expect(it0.session.writes).toEqual([
      ["act", { action: "pause", ids: [ID, "c".repeat(40)] }],
      ["patch", ID, { label: "x" }],
      ["setPriorities", ID, new Map([[1, "high"]])],
      ["setTrackers", ID, [["http://t.example/a"]]],
      ["act", { action: "remove", ids: [ID], deleteData: true }],
    ]);
  });

  it("serves the page's files by name, compressed, without a token", async () => {
    const page = await ask(port, { path: "/", headers: { authorization: undefined } });
    expect([page.status, page.headers["content-type"], page.text]).toEqual([
      200,
      "text/html; charset=utf-8",
      "<!doctype html><title>Millrace</title>",
    ]);
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
    const script = await ask(port, { path: "/assets/main-abcdefgh.js", headers: { "accept-encoding": "gzip, br" } });
    expect([script.headers["content-encoding"], script.headers["cache-control"]]).toEqual([
      "br",
      "public, max-age=31536000, immutable",
    ]);
    expect(script.body.length).toBeLessThan(200);
    expect((await ask(port, { path: "/", headers: { "if-none-match": page.headers.etag } })).status).toBe(304);
    expect((await ask(port, { path: "/etc/passwd" })).json).toMatchObject({ status: 404, code: "http.not-found" });
  });

  it("responds with 404 and 405 as problems to authenticated callers", async () => {
    expect((await ask(port, { path: "/api/v1/nothing", headers: { authorization: undefined } })).status).toBe(401);
    const nothing = await ask(port, { path: "/api/v1/nothing" });
    expect([nothing.status, nothing.headers["content-type"]]).toEqual([404, "application/problem+json"]);
    const wrong = await ask(port, { method: "DELETE", path: "/api/v1/torrents" });
    expect([wrong.status, wrong.headers["allow"]]).toEqual([405, "GET, HEAD, POST"]);
    const fixed = await ask(port, { path: "/api/v1/torrents/actions" });
    expect([fixed.status, fixed.headers["allow"]]).toEqual([405, "POST"]);
  });

  it("serves what local discovery has done", async () => {
    expect((await ask(port, { path: "/api/v1/lsd" })).json).toMatchObject({ isEnabled: true, sent: 6, found: 2 });
    expect((await ask(port, { path: "/api/v1/lsd", headers: { authorization: undefined } })).status).toBe(401);
  });

  it("serves the state of the DHT", async () => {
    expect((await ask(port, { path: "/api/v1/dht" })).json).toMatchObject({
      isEnabled: true,
      nodes: 7,
      families: [{ family: 4, externalIp: "203.0.113.9", isReadOnly: false }],
    });
    expect((await ask(port, { path: "/api/v1/dht", headers: { authorization: undefined } })).status).toBe(401);
  });

  it("serves metrics and health", async () => {
    expect((await ask(port, { path: "/healthz", headers: { authorization: undefined } })).json).toEqual({
      status: "ok",
    });
    expect((await ask(port, { path: "/metrics", headers: { authorization: undefined } })).status).toBe(401);
    const metrics = await ask(port, { path: "/metrics" });
    expect(metrics.text).toContain('millrace_torrents{state="seeding"} 1');
    expect(metrics.text).toContain('millrace_dht_nodes{family="ipv4"} 7');
    expect(metrics.text).toContain("millrace_dht_queries_total 3");
    expect(metrics.text).toContain("millrace_lsd_found_total 2");
    expect(metrics.text).toContain("millrace_ip_filter_blocked_total 3");
    expect(metrics.text).toContain('millrace_http_requests_total{method="GET",route="/healthz",status="200"} 1');
  });

  it("gives the RPC only what is checked", async () => {
    const basic = `Basic ${Buffer.from(`any-user:${TOKEN}`).toString("base64")}`;
    const right = await ask(port, {
      method: "POST",
      path: "/transmission/rpc",
      headers: { authorization: basic },
      body: "{}",
    });
    expect([right.status, right.text]).toEqual([200, "POST {}"]);
    const wrong = await ask(port, {
      method: "POST",
      path: "/transmission/rpc",
      headers: { authorization: `Basic ${Buffer.from("a:b").toString("base64")}` },
      body: "{}",
    });
    expect([wrong.status, wrong.headers["www-authenticate"]]).toEqual([401, 'Basic realm="Millrace", charset="UTF-8"']);
    expect(
      (await ask(port, { method: "PUT", path: "/transmission/rpc", headers: { authorization: basic } })).status,
    ).toBe(405);
  });

  it("has the same headers on every response", async () => {
    for (const path of ["/", "/none", "/api/v1/session", "/api/v1/none", `/stream/${ID}/0/film.webm`, "/../etc"]) {
      const { headers } = await ask(port, { path });
      expect(headers["x-content-type-options"], path).toBe("nosniff");
      expect(headers["referrer-policy"], path).toBe("no-referrer");
      expect(headers["cross-origin-resource-policy"], path).toBe("same-origin");
      expect(headers["content-security-policy"], path).toContain("frame-ancestors 'none'");
    }
  });
});
