import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Auth, type Credentials } from "./auth.ts";
import {
  FIRST_WAIT_MS,
  FREE_FAILURES,
  GLOBAL_FAILURE_BURST,
  LOGIN_AGE_MS,
  MAX_LOGINS,
  MAX_WAIT_MS,
} from "../limits.ts";
import { Logins } from "./logins.ts";
import { createSecret, hashToken, Secret } from "./secret.ts";
import { Throttle } from "./throttle.ts";

const record = hashToken("the-right-token");

function from(address: string, more: Partial<Credentials> = {}): Credentials {
  return { authorization: undefined, cookie: undefined, csrf: undefined, origin: undefined, address, ...more };
}

async function auth(now: () => number, loginsFile?: string): Promise<Auth> {
  return new Auth({ secret: new Secret(await record), port: 9080, now, loginsFile, delay: () => Promise.resolve() });
}

describe("Secret", () => {
  it("knows its token and no other, and does not hold it", async () => {
    const { token, record } = await createSecret();
    const secret = new Secret(record);
    expect(JSON.stringify(record)).not.toContain(token);
    expect(await secret.verify("wrong")).toBe(false);
    expect(await secret.verify(token)).toBe(true);
    expect(await secret.verify(token)).toBe(true);
    expect(await secret.verify(`${token}x`)).toBe(false);
    expect(await secret.verify("")).toBe(false);
    expect((await createSecret()).token).not.toBe(token);
  });

  it("takes scrypt, and turns, only until the token was seen", async () => {
    const secret = new Secret(await record, "the-right-token");
    const results = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => secret.verify(i % 2 === 0 ? "the-right-token" : "wrong")),
    );
    expect(results.filter((isRight) => isRight)).toHaveLength(500);
  });

  it("lets only so many wait", async () => {
    const secret = new Secret(await record);
    const results = await Promise.allSettled(Array.from({ length: 40 }, () => secret.verify("the-right-token")));
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(8);
    expect(results[0]).toMatchObject({ status: "fulfilled", value: true });
  });

  it("has keys that differ by purpose and last as long as the record", async () => {
    const key = new Secret(await record).key("a");
    expect(new Secret(await record).key("a")).toEqual(key);
    expect(new Secret(await record).key("b")).not.toEqual(key);
    expect(new Secret(await hashToken("the-right-token")).key("a")).not.toEqual(key);
  });
});

describe("Throttle", () => {
  it("makes an address wait twice as long after each failed login, and no other address", () => {
    let now = 0;
    const throttle = new Throttle(() => now);
    for (let i = 1; i < FREE_FAILURES; i += 1) throttle.failed("1.2.3.4", "login");
    expect(throttle.wait("1.2.3.4", "login")).toBe(0);
    throttle.failed("1.2.3.4", "login");
    expect(throttle.wait("1.2.3.4", "login")).toBe(FIRST_WAIT_MS);
    throttle.failed("::ffff:1.2.3.4", "login");
    expect(throttle.wait("1.2.3.4", "login")).toBe(2 * FIRST_WAIT_MS);
    expect(throttle.wait("1.2.3.5", "login")).toBe(0);
    now += 2 * FIRST_WAIT_MS;
    expect(throttle.wait("1.2.3.4", "login")).toBe(0);
    for (let i = 0; i < 100; i += 1) throttle.failed("1.2.3.4", "login");
    expect(throttle.wait("1.2.3.4", "login")).toBe(MAX_WAIT_MS);
    throttle.succeeded("1.2.3.4");
    expect(throttle.wait("1.2.3.4", "login")).toBe(0);
  });

  it("takes a household of IPv6 for one", () => {
    const throttle = new Throttle(() => 0);
    for (let i = 0; i < FREE_FAILURES; i += 1) throttle.failed(`2001:db8::${i + 1}`, "login");
    expect(throttle.wait("2001:db8::ffff", "login")).toBeGreaterThan(0);
    expect(throttle.wait("2001:db8:0:1::1", "login")).toBe(0);
  });

  it("tolerates a program with an old token for a while, then throttles it to a few responses a second", () => {
    let now = 0;
    const throttle = new Throttle(() => now);
    for (let i = 0; i < 500; i += 1) {
      expect(throttle.wait("1.2.3.4", "bearer")).toBe(0);
      throttle.failed("1.2.3.4", "bearer");
    }
    expect(throttle.wait("1.2.3.4", "bearer")).toBeGreaterThan(0);
    expect(throttle.wait("1.2.3.4", "login")).toBe(0);
    now += 1_000;
    expect(throttle.wait("1.2.3.4", "bearer")).toBe(0);
  });

  it("has a ceiling for all addresses together", () => {
    const throttle = new Throttle(() => 0);
    for (let i = 0; i < 2_000; i += 1) throttle.failed(`10.0.${i >> 8}.${i & 255}`, "login");
    expect(throttle.wait("192.0.2.1", "login")).toBeGreaterThan(0);
  });
});

describe("Auth", () => {
  it("responds to failed logins with 401, then with 429 and the time to wait", async () => {
    let now = 0;
    const one = await auth(() => now);
    await one.identify(from("::1", { authorization: "Bearer the-right-token" }), false);
    for (let i = 0; i < FREE_FAILURES; i += 1)
      await expect(one.login("wrong", from("1.2.3.4"))).rejects.toMatchObject({ status: 401, code: "auth.token" });
    await expect(one.login("wrong", from("1.2.3.4"))).rejects.toMatchObject({
      status: 429,
      code: "auth.wait",
      headers: { "retry-after": "1" },
    });
    now += FIRST_WAIT_MS;
    await expect(one.login("wrong", from("1.2.3.4"))).rejects.toMatchObject({ status: 401 });
  });

  it.each([
    ["one address, as behind a proxy", () => "127.0.0.1"],
    ["many addresses", (i: number) => `10.0.${i >> 8}.${i & 255}`],
  ])("knows the right token whatever wrong ones came from %s", async (_name, address) => {
    const one = await auth(() => 0);
    await one.identify(from("::1", { authorization: "Bearer the-right-token" }), false);
    for (let i = 0; i < GLOBAL_FAILURE_BURST + 1; i += 1)
      await one.identify(from(address(i), { authorization: "Bearer wrong" }), false).catch(() => undefined);
    await expect(one.identify(from(address(0), { authorization: "Bearer wrong" }), false)).rejects.toMatchObject({
      status: 429,
    });
    await expect(
      one.identify(from(address(0), { authorization: "Bearer the-right-token" }), false),
    ).resolves.toMatchObject({ identity: { via: "bearer" } });
    await expect(one.login("the-right-token", from(address(1)))).resolves.toMatchObject({
      identity: { via: "cookie" },
    });
    await expect(
      one.identifyBasic(
        from(address(2), { authorization: `Basic ${Buffer.from("me:the-right-token").toString("base64")}` }),
      ),
    ).resolves.toBeUndefined();
  });

  it("delays the response to a throttled caller", async () => {
    let delays = 0;
    const one = new Auth({
      secret: new Secret(await record),
      port: 9080,
      now: () => 0,
      delay: async () => void delays++,
    });
    for (let i = 0; i < FREE_FAILURES + 2; i += 1) await one.login("wrong", from("1.2.3.4")).catch(() => undefined);
    expect(delays).toBe(2);
  });

  it("gives a cookie that scripts and other sites do not get, secure where the page is", async () => {
    const one = await auth(() => 0);
    const plain = await one.login("the-right-token", from("::1", { origin: "http://localhost:9080" }));
    expect(plain.setCookie).toMatch(
      /^millrace-9080=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000; Expires=[^;]+$/,
    );
    const secure = await one.login("the-right-token", from("::1", { origin: "https://torrents.example" }));
    expect(secure.setCookie).toMatch(/; Secure$/);
  });

  it("ends a cookie at logout and in time", async () => {
    let now = 0;
    const one = await auth(() => now);
    const login = async () =>
      from("::1", { cookie: (await one.login("the-right-token", from("::1"))).setCookie.split(";")[0] });
    const [first, second] = [await login(), await login()];
    one.logout(await one.identify(first, false));
    await expect(one.identify(first, false)).rejects.toMatchObject({ status: 401 });
    await expect(one.identify(second, false)).resolves.toMatchObject({ identity: { via: "cookie" } });
    now += LOGIN_AGE_MS;
    await expect(one.identify(second, false)).rejects.toMatchObject({ status: 401 });
  });
});

describe("Logins", () => {
  it("come back after a restart, without the cookie in the file, and not for another token", () => {
    const folder = mkdtempSync(join(tmpdir(), "millrace-logins-"));
    const file = join(folder, "logins.json");
    const { cookie, csrf } = new Logins("one", () => 0, file).create();
    expect(readFileSync(file, "utf8")).not.toContain(cookie);
    expect(readFileSync(file, "utf8")).not.toContain(csrf);
    expect(new Logins("one", () => 1, file).find(cookie)).toMatchObject({ csrf });
    expect(new Logins("two", () => 1, file).find(cookie)).toBeUndefined();
    expect(new Logins("one", () => LOGIN_AGE_MS, file).find(cookie)).toBeUndefined();
    rmSync(folder, { recursive: true });
  });

  it("are so many at most: the oldest gives way", () => {
    const logins = new Logins("one", () => 0);
    const all = Array.from({ length: MAX_LOGINS + 1 }, () => logins.create().cookie);
    expect(logins.find(all[0] ?? "")).toBeUndefined();
    expect(logins.find(all[1] ?? "")).toBeDefined();
  });
});
