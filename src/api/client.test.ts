import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeRow, ID, OTHER } from "../../test/support/fake-session.ts";
import { start, TOKEN, type Started } from "../../test/support/http-server.ts";
import { ApiError, MillraceApi, type ApiEvent } from "./client.ts";

let started: Started;
let api: MillraceApi;

beforeEach(async () => {
  started = await start();
  api = new MillraceApi({ url: started.http.url, token: TOKEN });
});
afterEach(() => started.http.close());

describe("MillraceApi", () => {
  it("has a method for each route, with the session's result", async () => {
    expect(await api.list({ search: "other", fields: ["name"] })).toEqual({
      total: 1,
      torrents: [{ id: OTHER, name: "Other" }],
    });
    expect(await api.add({ url: "magnet:?x" })).toEqual({ id: OTHER });
    expect(await api.addFile(new Blob(["d4:infodee"]), { paused: true })).toEqual({ id: OTHER });
    expect(await api.inspect(new Blob(["d4:infodee"]))).toMatchObject({ name: "x" });
    expect(await api.act({ action: "start", ids: [ID] })).toEqual({ done: 1, failed: [] });
    expect(await api.torrent(ID)).toMatchObject({ id: ID, pieceCount: 2 });
    expect(await api.patch(ID, { name: "n" })).toMatchObject({ id: ID });
    await api.remove(ID, true);
    expect(await api.setPriorities(ID, { 1: "skip" })).toHaveLength(2);
    await api.addPeers(ID, ["1.2.3.4:5"]);
    expect(await api.peers(ID)).toHaveLength(1);
    expect(await api.setTrackers(ID, [["http://t.example/a"]])).toHaveLength(1);
    expect(await api.pieces(ID)).toMatchObject({ count: 2 });
    expect(Buffer.from(await api.torrentFile(ID)).toString()).toBe("d4:infodee");
    expect(await api.magnet(ID)).toBe(`magnet:?xt=urn:btih:${ID}`);
    expect(await api.session()).toMatchObject({ peerPort: 6881 });
    expect(await api.change({ seedRatio: 2 })).toMatchObject({ seedRatio: 2 });
    expect(await api.statistics()).toMatchObject({ torrents: 2 });
    expect(await api.history()).toMatchObject({ hours: [] });
    expect(await api.dht()).toMatchObject({ isEnabled: true, nodes: 7 });
    expect(await api.lsd()).toMatchObject({ isEnabled: true, interfaces: ["eth0", "wlan0"] });
    expect(await api.log(1)).toEqual([]);
    expect(await api.create({ path: "/x" })).toMatchObject({ state: "hashing" });
    expect(await api.tasks()).toHaveLength(1);
    await api.cancelTask("1");
    expect(await api.health()).toEqual({ status: "ok" });
    expect(started.session.writes.map(([name]) => name)).toEqual([
      "add",
      "add",
      "act",
      "patch",
      "act",
      "setPriorities",
      "addPeers",
      "setTrackers",
      "change",
      "createTorrent",
      "cancelTask",
    ]);
    expect(started.session.writes[4]).toEqual(["act", { action: "remove", ids: [ID], deleteData: true }]);
  });

  it("carries the problem in its error", async () => {
    const error = await api.torrent("c".repeat(40)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, code: "session.not-found", problem: { title: "Not Found" } });
    await expect(new MillraceApi({ url: "http://127.0.0.1:1" }).session()).rejects.toMatchObject({
      status: 0,
      code: "network",
    });
  });

  it("writes with a cookie once it has logged in", async () => {
    let cookie = "";
    const browser: typeof fetch = async (input, init) => {
      const answer = await fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), cookie } });
      cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? cookie;
      return answer;
    };
    const page = new MillraceApi({ url: started.http.url, fetch: browser });
    await expect(page.session()).rejects.toMatchObject({ code: "auth.required" });
    await expect(page.login("wrong-token")).rejects.toMatchObject({ code: "auth.token" });
    expect(await page.login(TOKEN)).toMatchObject({ via: "cookie" });
    expect(await page.act({ action: "pause", ids: [ID] })).toMatchObject({ done: 1 });
    // After a reload the page asks who it is, and may write again.
    const reloaded = new MillraceApi({ url: started.http.url, fetch: browser });
    await expect(reloaded.act({ action: "pause", ids: [ID] })).rejects.toMatchObject({ code: "auth.csrf" });
    await reloaded.me();
    expect(await reloaded.act({ action: "pause", ids: [ID] })).toMatchObject({ done: 1 });
    await reloaded.logout();
    await expect(reloaded.session()).rejects.toMatchObject({ code: "auth.required" });
  });

  it("hears a snapshot, then deltas, and goes on where a lost connection ended", async () => {
    const abort = new AbortController();
    const states: boolean[] = [];
    const seen: ApiEvent[] = [];
    for await (const event of api.events({ signal: abort.signal, onState: (isOpen) => states.push(isOpen) })) {
      seen.push(event);
      if (event.name === "snapshot")
        started.session.emit("delta", { changed: [{ id: ID, progress: 0.75 }], removed: [] });
      else if (event.name === "delta" && event.data.removed.length === 0)
        started.session.emit("delta", { changed: [fakeRow(ID)], removed: [OTHER] });
      else abort.abort();
    }
    expect(states).toEqual([true]);
    expect(seen).toMatchObject([
      { name: "snapshot", data: { torrents: [{ id: ID }, { id: OTHER }] } },
      { name: "delta", data: { changed: [{ id: ID, progress: 0.75 }] } },
      { name: "delta", data: { removed: [OTHER] } },
    ]);
  });

  it("ends its events with the problem when it is not let in", async () => {
    const stranger = new MillraceApi({ url: started.http.url, token: "wrong-token" });
    await expect(stranger.events().next()).rejects.toMatchObject({ status: 401 });
  });
});
