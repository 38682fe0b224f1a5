import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ID } from "../../../test/support/fake-session.ts";
import { ask, start, TOKEN, type Answered, type Asked, type Started } from "../../../test/support/http-server.ts";
import { MAX_JSON_BYTES } from "./limits.ts";
import { routes } from "./routes/routes.ts";

interface Target {
  readonly method: string;
  readonly path: string;
  readonly isOpen: boolean;
  readonly types: readonly string[];
  readonly authorization: string;
}

const bearer = `Bearer ${TOKEN}`;
const basic = (token: string): string => `Basic ${Buffer.from(`me:${token}`).toString("base64")}`;

/** Every row of the table, and what is served beside it. */
const targets: readonly Target[] = [
  ...routes.map(({ method, path, access, body }) => ({
    method,
    path: path.replace("{id}", ID).replace("{file}", "0").replace("{name}", "film.webm"),
    isOpen: access === "open",
    types: Object.keys(body.content),
    authorization: bearer,
  })),
  { method: "GET", path: "/", isOpen: true, types: [], authorization: bearer },
  { method: "GET", path: "/index.html", isOpen: true, types: [], authorization: bearer },
  { method: "POST", path: "/transmission/rpc", isOpen: false, types: ["*"], authorization: basic(TOKEN) },
];

let started: Started;
let port = 0;
let root = "";
let cookie = "";
let rpcCalls = 0;
let asked = 0;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "millrace-page-"));
  writeFileSync(join(root, "index.html"), "<!doctype html>");
  started = await start({
    webRoot: root,
    rpc: () => {
      rpcCalls += 1;
      return new Response("called");
    },
  });
  ({ port } = started.http);
  const login = await ask(port, {
    method: "POST",
    path: "/api/v1/login",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: TOKEN }),
  });
  cookie = login.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
});
afterAll(async () => {
  await started.http.close();
  rmSync(root, { recursive: true });
});
beforeEach(() => {
  started.session.writes.length = 0;
  rpcCalls = 0;
});

/** What is not as it has to be: nothing is done, nothing is shown, and the answer says so in our way. */
function faults(answer: Answered, statuses: readonly number[]): string[] {
  asked += 1;
  const { code, status, detail } = (answer.text === "" ? {} : answer.json) as Record<string, unknown>;
  const isRight = {
    status: statuses.includes(answer.status),
    type: answer.headers["content-type"] === "application/problem+json",
    policy: answer.headers["content-security-policy"]?.includes("default-src 'none'") === true,
    sniffing: answer.headers["x-content-type-options"] === "nosniff",
    sharing: answer.headers["access-control-allow-origin"] === undefined,
    problem: answer.text === "" || (status === answer.status && typeof code === "string" && typeof detail === "string"),
    silence: !/ at .*:\d+:\d+|node_modules/.test(answer.text),
    writes: started.session.writes.length === 0 && rpcCalls === 0,
  };
  return Object.entries(isRight).flatMap(([what, right]) => (right ? [] : [what]));
}

/** The cases that were not refused as they have to be. */
async function passed(target: Target, cases: readonly (readonly [string, Asked, ...number[]])[]): Promise<string[]> {
  const found: string[] = [];
  for (const [title, { headers = {}, ...more }, ...statuses] of cases) {
    const answer = await ask(port, {
      method: target.method,
      path: target.path,
      ...more,
      headers: { authorization: target.authorization, ...headers },
    });
    const wrong = faults(answer, statuses);
    if (wrong.length > 0) found.push(`${title}: ${wrong.join(", ")}: ${answer.status} ${answer.text.slice(0, 200)}`);
  }
  return found;
}

describe.each(targets)("$method $path", (target) => {
  it("refuses requests with a foreign host name", async () => {
    const hosts: (string | string[] | undefined)[] = [
      undefined,
      "",
      "evil.example",
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      `localhost.evil.example:${port}`,
      `127.0.0.1:${port + 1}`,
      `127.0.0.2:${port}`,
      `[::2]:${port}`,
      "0.0.0.0",
      `user@127.0.0.1:${port}`,
      `127.0.0.1:${port}/x`,
      `2130706433:${port}`,
      `0x7f000001:${port}`,
      `127.1:${port}`,
      `localhost.:${port}`,
      [`127.0.0.1:${port}`, "evil.example"],
    ];
    expect(
      await passed(
        target,
        hosts.map((host) => [`Host ${String(host)}`, { headers: { host } }, 400, 403] as const),
      ),
    ).toEqual([]);
  });

  it("refuses what a page of another site sends", async () => {
    const origins = [
      "http://evil.example",
      "null",
      "",
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port + 1}`,
      `http://localhost:${port}`,
      `http://127.0.0.1:${port}.evil.example`,
      "file://",
    ];
    const cases: Parameters<typeof passed>[1] = [
      ...origins.map((origin) => [`Origin ${origin}`, { headers: { origin } }, 403] as const),
      ["cross-site", { headers: { "sec-fetch-site": "cross-site" } }, 403],
      ["another port", { headers: { "sec-fetch-site": "same-site" } }, 403],
      [
        "in a frame",
        { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" } },
        403,
      ],
      [
        "as a script",
        { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" } },
        403,
      ],
    ];
    expect(await passed(target, cases)).toEqual([]);
  });

  it("refuses methods that it does not serve", async () => {
    const own = routes
      .filter(
        ({ path }) => target.path === path.replace("{id}", ID).replace("{file}", "0").replace("{name}", "film.webm"),
      )
      .map(({ method }): string => method);
    const served = new Set([...own, target.method, ...(target.path === "/transmission/rpc" ? ["GET"] : [])]);
    const methods = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "PURGE"].filter(
      (method) => !served.has(method),
    );
    expect(
      await passed(
        target,
        methods.map((method) => [method, { method }, 405] as const),
      ),
    ).toEqual([]);
    for (const method of methods) {
      const { headers } = await ask(port, {
        method,
        path: target.path,
        headers: { authorization: target.authorization },
      });
      expect(headers["allow"], method).toMatch(/^[A-Z]+(?:, [A-Z]+)*$/);
    }
  });

  it("takes no path that is another one in disguise", async () => {
    const { path } = target;
    const base = path === "/" ? "" : path;
    const paths = [
      `${base}/../../etc/passwd`,
      `${base}/%2e%2e/%2e%2e/etc/passwd`,
      `${base}/.%2e/.%2E/etc/passwd`,
      `${base}/..%2f..%2fetc%2fpasswd`,
      `${base}/%252e%252e/%252e%252e/etc/passwd`,
      `${base}/%c0%ae%c0%ae/etc/passwd`,
      `${base}/..\\..\\etc\\passwd`,
      `${base}/..%5c..%5cetc`,
      `${base}/....//....//etc/passwd`,
      `${base}/%00`,
      `${path}%00.html`,
      `/x/..${path}`,
      `/.${path}`,
      `//evil.example${path}`,
      `http://evil.example${path}`,
      `http://127.0.0.1:${port}${path}`,
      `/%2e%2e${path}`,
      `${base}/%zz/x`,
      `${base}/x#y/z`,
    ];
    expect(
      await passed(
        target,
        paths.map((disguised) => [disguised, { path: disguised }, 400, 401, 404, 405] as const),
      ),
    ).toEqual([]);
  });

  it("takes no body that is too large, of another type, or where none belongs", async () => {
    const large = MAX_JSON_BYTES * 50;
    const type = target.types[0] ?? "application/json";
    const cases: Parameters<typeof passed>[1] = [
      ["announced", { headers: { "content-type": type, "content-length": String(large) }, body: "x" }, 413],
      [
        "compressed",
        { headers: { "content-type": type, "content-encoding": "gzip" }, body: "x" },
        target.types.length > 0 ? 415 : 400,
      ],
      ...(target.types.length > 0
        ? target.types[0] === "*"
          ? []
          : [
              ...["text/plain", "application/x-www-form-urlencoded", "application/xml", "text/json", ""].map(
                (other) => [`as ${other}`, { headers: { "content-type": other }, body: "{}" }, 415] as const,
              ),
              ["no type", { body: "{}" }, 415] as const,
            ]
        : [["where none belongs", { headers: { "content-type": "application/json" }, body: "{}" }, 400] as const]),
      ...(target.types.includes("application/json")
        ? ([
            ["cut JSON", { headers: { "content-type": "application/json" }, body: '{"ids":[' }, 400],
            ["nothing", { headers: { "content-type": "application/json" }, body: "" }, 400],
            ["deep JSON", { headers: { "content-type": "application/json" }, body: "[".repeat(500_000) }, 400],
            ["an array", { headers: { "content-type": "application/json" }, body: "[]" }, 422],
            ["null", { headers: { "content-type": "application/json" }, body: "null" }, 422],
            ["unknown field", { headers: { "content-type": "application/json" }, body: '{"admin":true}' }, 422],
            [
              "prototype",
              { headers: { "content-type": "application/json" }, body: '{"__proto__":{"ids":[]},"constructor":1}' },
              422,
            ],
          ] as const)
        : []),
    ];
    expect(await passed(target, cases)).toEqual([]);
  });
});

describe.each(targets.filter(({ isOpen }) => !isOpen))("$method $path", (target) => {
  it("refuses unauthenticated callers", async () => {
    const wrong = [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      "Bearer wrong",
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(0, -1)}`,
      `bearer${TOKEN}`,
      TOKEN,
      basic("wrong"),
      `Basic ${TOKEN}`,
      "Digest x",
    ];
    const cases: Parameters<typeof passed>[1] = [
      ...wrong.map(
        (authorization) => [`Authorization ${String(authorization)}`, { headers: { authorization } }, 401] as const,
      ),
      ["unknown cookie", { headers: { authorization: undefined, cookie: `${cookie}x` } }, 401],
      ["cookie without value", { headers: { authorization: undefined, cookie: `${cookie.split("=")[0]}=` } }, 401],
      [
        "token in the query",
        { headers: { authorization: undefined }, path: `${target.path}?token=${TOKEN}&ticket=${TOKEN}` },
        401,
      ],
    ];
    expect(await passed(target, cases)).toEqual([]);
  });
});

describe.each(targets.filter(({ isOpen, method }) => !isOpen && method !== "GET"))("$method $path", (target) => {
  it("refuses a write by cookie without its token", async () => {
    const refusal = target.path === "/transmission/rpc" ? 401 : 403;
    const cases: Parameters<typeof passed>[1] = [
      ["no CSRF token", { headers: { authorization: undefined, cookie } }, refusal],
      ["a wrong one", { headers: { authorization: undefined, cookie, "x-csrf-token": "wrong" } }, refusal],
      ["an empty one", { headers: { authorization: undefined, cookie, "x-csrf-token": "" } }, refusal],
    ];
    expect(await passed(target, cases)).toEqual([]);
  });
});

describe("startHttp", () => {
  it("still serves after hundreds of forbidden requests", async () => {
    expect(asked).toBeGreaterThanOrEqual(2_000);
    expect((await ask(port, { path: "/api/v1/session" })).status).toBe(200);
  });

  it("stops reading a body that grows beyond its bound", async () => {
    const socket = connect(port, "127.0.0.1");
    const head = `POST /api/v1/torrents/actions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    socket.write(head);
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    const answer = await new Promise<string>((resolve, reject) => {
      socket.on("data", (data) => resolve(data.toString()));
      socket.on("error", reject);
      for (let i = 0; i < 17; i += 1) socket.write(chunk);
    });
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(started.session.writes).toEqual([]);
  });

  it("responds to bytes that are not HTTP with a problem, and closes the connection", async () => {
    const raw = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(text));
        let got = "";
        socket.on("data", (data) => {
          got += data.toString();
        });
        socket.on("error", () => undefined);
        socket.on("close", () => resolve(got));
      });
    expect(await raw("nonsense\r\n\r\n")).toMatch(
      /^HTTP\/1.1 400 [\s\S]*content-security-policy: [\s\S]*"code":"http.request"/,
    );
    expect(await raw(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 /,
    );
    expect(await raw(`CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 405 /,
    );
    expect(
      await raw(
        `POST /api/v1/login HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw("GET / HTTP/1.0\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  });
});
