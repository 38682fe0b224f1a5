import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ID } from "../../../test/support/fake-session.ts";
import { ask, start, type Asked, type Started } from "../../../test/support/http-server.ts";
import { routes } from "./routes/routes.ts";

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}
type Schema = Readonly<Record<string, unknown>>;
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

let started: Started;
let document: Document;
beforeAll(async () => {
  started = await start();
  document = (await ask(started.http.port, { path: "/api/v1/openapi.json" })).json;
});
afterAll(() => started.http.close());

/** The validator that the document itself describes: not the schemas it was made of. */
function validator(schema: Schema): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas }).replaceAll(
    "#/components/schemas/",
    "#/$defs/",
  );
  return z.fromJSONSchema(JSON.parse(text) as never);
}

/** What is sent to each route that wants a body. */
const bodies: Readonly<Record<string, unknown>> = {
  "POST /api/v1/torrents": { url: "magnet:?x" },
  "POST /api/v1/torrents/actions": { action: "start", ids: [ID] },
  "PATCH /api/v1/torrents/{id}": { name: "x" },
  "PATCH /api/v1/torrents/{id}/files": { priorities: { 0: "high" } },
  "POST /api/v1/torrents/{id}/peers": { peers: ["1.2.3.4:5"] },
  "PUT /api/v1/torrents/{id}/trackers": { tiers: [["http://t.example/a"]] },
  "PATCH /api/v1/settings": { seedRatio: 1 },
  "POST /api/v1/create": { path: "/x" },
  "POST /api/v1/login": { token: "correct-horse-battery" },
};

function requestFor(method: string, path: string): Asked {
  const body = bodies[`${method} ${path}`];
  const at =
    path === "/api/v1/tasks/{id}"
      ? "/api/v1/tasks/1"
      : path.replace("{id}", ID).replace("{file}", "0").replace("{name}", "film.webm");
  if (path === "/api/v1/torrents/inspect")
    return { method, path: at, headers: { "content-type": "application/x-bittorrent" }, body: "d4:infodee" };
  return {
    method,
    path: at,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  };
}

describe("openApi", () => {
  it("has every route, once, under a name of its own", () => {
    expect(document.openapi).toBe("3.1.0");
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain("getTorrentsIdFiles");
  });

  it("names every parameter of a path, and what a query may have", () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const { parameters } of Object.values(methods)) {
        const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
        expect(new Set(inPath), path).toEqual(new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)));
      }
    }
    const list = document.paths["/api/v1/torrents"]?.["get"]?.parameters.map(({ name }) => name);
    expect(list).toEqual(["search", "state", "label", "tracker", "sort", "order", "offset", "limit", "fields"]);
  });

  it.each(routes.filter(({ path }) => path !== "/api/v1/events").map(({ method, path }) => ({ method, path })))(
    "says what $method $path answers",
    async ({ method, path }) => {
      const operation = document.paths[path]?.[method.toLowerCase()];
      const answer = await ask(started.http.port, requestFor(method, path));
      const described = operation?.responses[String(answer.status)];
      expect(described, `${answer.status} ${answer.text}`).toBeDefined();
      const [[type, { schema }] = ["none", { schema: {} }]] = Object.entries(described?.content ?? {});
      const check = type === "application/json" ? validator(schema) : type === "none" ? z.undefined() : z.unknown();
      expect(check.safeParse(answer.json).error, answer.text.slice(0, 300)).toBeUndefined();
      expect(answer.body.length > 0).toBe(type !== "none");
      // An answer with a stranger in it must not pass: the check is worth something.
      const isOpenEnded = type !== "application/json" || path === "/api/v1/openapi.json";
      expect(check.safeParse({ stranger: answer.json }).success).toBe(isOpenEnded && type !== "none");
    },
  );

  it.each(Object.entries(bodies))("describes what %s takes", (route, body) => {
    const [method = "", path = ""] = route.split(" ");
    const schema = document.paths[path]?.[method.toLowerCase()]?.requestBody?.content["application/json"]?.schema;
    expect(schema).toBeDefined();
    const check = validator(schema ?? {});
    expect(check.safeParse(body).error).toBeUndefined();
    expect(check.safeParse({ ...(body as object), stranger: 1 }).success).toBe(false);
  });

  it("describes errors as problems", async () => {
    const problem = validator(document.components.schemas["Problem"] ?? {});
    for (const asked of [
      { path: "/api/v1/none" },
      { path: "/api/v1/torrents?x=1" },
      { headers: { host: "evil.example" } },
      { path: `/api/v1/torrents/${"c".repeat(40)}` },
    ]) {
      const { json } = await ask(started.http.port, asked);
      expect(problem.safeParse(json).error).toBeUndefined();
    }
  });
});
