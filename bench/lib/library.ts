/** The built library of a copy of Millrace, for the drivers. The types are those of this checkout. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";

function load(root: string, path: string): Promise<unknown> {
  return import(pathToFileURL(join(root, "dist", path)).href);
}

export async function loadMillrace(root: string): Promise<typeof import("../../src/index.ts")> {
  return (await load(root, "index.js")) as typeof import("../../src/index.ts");
}

export async function loadBencode(root: string): Promise<typeof import("../../src/bencode/index.ts")> {
  return (await load(root, "bencode/index.js")) as typeof import("../../src/bencode/index.ts");
}

export async function loadMetainfo(root: string): Promise<typeof import("../../src/metainfo/index.ts")> {
  return (await load(root, "metainfo/index.js")) as typeof import("../../src/metainfo/index.ts");
}

export async function loadWire(root: string): Promise<typeof import("../../src/wire/index.ts")> {
  return (await load(root, "wire/index.js")) as typeof import("../../src/wire/index.ts");
}

export async function loadRuntime(root: string): Promise<typeof import("../../src/runtime/node/index.ts")> {
  return (await load(root, "runtime/node/index.js")) as typeof import("../../src/runtime/node/index.ts");
}

export async function loadDht(root: string): Promise<typeof import("../../src/dht/index.ts")> {
  return (await load(root, "dht/index.js")) as typeof import("../../src/dht/index.ts");
}

export async function loadTransport(root: string): Promise<typeof import("../../src/transport/index.ts")> {
  return (await load(root, "transport/index.js")) as typeof import("../../src/transport/index.ts");
}

export async function loadUtp(root: string): Promise<typeof import("../../src/utp/index.ts")> {
  return (await load(root, "utp/index.js")) as typeof import("../../src/utp/index.ts");
}
