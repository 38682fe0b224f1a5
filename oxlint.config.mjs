import { existsSync, readdirSync } from "node:fs";

// The architecture as rules: which module may import which, and what each layer may touch. docs/architecture.md draws
// it.

/**
 * From the lowest layer up: a module may import from the modules before it, through their index.ts, and from nothing
 * after it.
 */
const modules = [
  "base",
  "bencode",
  "metainfo",
  "wire",
  "runtime",
  "ipfilter",
  "transport",
  "utp",
  "storage",
  "profiles",
  "creation",
  "tracker",
  "discovery",
  "dht",
  "lsd",
  "portmap",
  "swarm",
  "client",
  "sim",
  "terminal",
  "api",
  "daemon",
  "console",
  "cli",
];

// A module without a place in the order would have no rules at all.
for (const entry of readdirSync(new URL("./src/", import.meta.url), { withFileTypes: true }))
  if (entry.isDirectory() && !modules.includes(entry.name))
    throw new Error(`src/${entry.name} has no place in the list of modules in oxlint.config.mjs`);

/** Modules above the engine: they may use the real runtime and talk to the host directly. */
const hosts = new Set(["terminal", "daemon", "console", "cli"]);

/**
 * Modules that also run in browsers, where there is no Runtime: what both have (timers, fetch) is theirs, Node's
 * modules are not.
 */
const browsers = new Set(["api"]);

/** Codecs, which run in browsers as well as in Node, and touch nothing that only one of them has. */
const portable = new Set(["base", "bencode", "metainfo", "wire"]);

const ambientGlobals = [
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "performance",
  "fetch",
  "WebSocket",
  "process",
  "crypto",
].map((name) => ({ name, message: "Engines and codecs take a Runtime: use its Clock, Random, Net, Files or Hasher." }));
const nodeGlobals = ["Buffer", "global", "require", "module", "__dirname", "__filename"].map((name) => ({
  name,
  message: "Codecs run in browsers: use Uint8Array and the helpers of base/bytes/.",
}));
const ambientProperties = [
  { object: "Date", property: "now", message: "Take the Runtime's Clock." },
  { object: "Math", property: "random", message: "Take the Runtime's Random." },
];

// The linter's regular expressions know no look-ahead, hence "a file name that does not end in /index.ts" letter by
// letter.
const notIndex = ["[^x]", "[^e]x", "[^d]ex", "[^n]dex", "[^i]ndex", "[^/]index"].join("|");

/** Folders within folders of a module, at the most: a test checks that there are no deeper ones. */
export const MAX_DEPTH = 4;

/**
 * Parts of modules that are told bytes and say bytes, as codecs do, though their module may touch the host: what they
 * may import of `src/`.
 */
const sansIo = [
  { folder: "tracker/codec", modules: ["base", "bencode"], isPortable: true },
  { folder: "console/conversation", modules: ["base", "bencode", "metainfo", "wire"] },
  { folder: "console/lint", modules: ["base", "bencode", "metainfo", "wire"], parts: ["conversation"] },
];

const hostModules = {
  regex: "^(?:node:(?:[^e]|e[^v])|undici|commander|pretty-bytes|picomatch)",
  message: "Only runtime/node and the modules above the engine touch the host.",
};

const nodeModules = { regex: "^node:", message: "Codecs run in browsers, which have no modules of Node." };

/** What a file may import that lies `depth` folders below `src/`. */
function importsOf(module, depth) {
  const at = modules.indexOf(module);
  const below = modules.slice(0, at);
  const host = hosts.has(module);
  const up = `^(?:\\.\\./){${depth}}`;
  return [
    {
      regex: `${up}(?:${[...modules.slice(at + 1).map((name) => `${name}/`), "\\."].join("|")})`,
      message: `${module} may import only from ${below.join(", ") || "itself"} (docs/architecture.md).`,
    },
    { regex: `${up}[a-z]+/(?:.*/)?[^/]*(?:${notIndex})\\.ts$`, message: "Enter another module through its index.ts." },
    {
      regex: `${up}${host ? "(?:[a-qs-z][a-z]*|r[a-tv-z][a-z]*)" : "[a-z]+"}/[a-z-]+/`,
      message: "Enter another module through its index.ts.",
    },
    { regex: `${up}[a-z-]+\\.ts$`, message: "A module does not import the facade." },
    ...(host ? [] : [hostModules]),
  ];
}

const ambient = {
  "no-restricted-globals": ["error", ...ambientGlobals],
  "no-restricted-properties": ["error", ...ambientProperties],
};
const ambientPortable = {
  "no-restricted-globals": ["error", ...ambientGlobals, ...nodeGlobals],
  "no-restricted-properties": [
    "error",
    ...ambientProperties,
    { object: "globalThis", property: "Buffer", message: "Only base/bytes/node-buffer.ts knows Buffer." },
  ],
};
const depths = Array.from({ length: MAX_DEPTH }, (_, index) => index + 1);
const filesAt = (folder, depth) => [`src/${folder}/${"*/".repeat(depth)}*.ts`];

function layer(module) {
  const rules = hosts.has(module) || browsers.has(module) ? {} : portable.has(module) ? ambientPortable : ambient;
  const patterns = portable.has(module) ? [nodeModules] : [];
  return depths.map((depth) => ({
    files: filesAt(module, depth - 1),
    rules: { "no-restricted-imports": ["error", { patterns: [...importsOf(module, depth), ...patterns] }], ...rules },
  }));
}

function sansIoLayer({ folder, modules: allowed, parts = [], isPortable = false }) {
  const [module, name] = folder.split("/");
  return depths.slice(1).map((depth) => {
    const others = modules.filter((each) => !allowed.includes(each) && each !== module);
    const up = `^(?:\\.\\./){${depth}}`;
    const beside = `^(?:\\.\\./){${depth - 1}}`;
    const isPart = [name, ...parts].map((part) => `${part}/`);
    const patterns = [
      ...importsOf(module, depth),
      {
        regex: `${up}(?:${others.map((each) => `${each}/`).join("|")})`,
        message: `${folder} is sans-I/O: it may import only from ${allowed.join(", ")}.`,
      },
      ...partsOf(module)
        .filter((part) => !isPart.includes(`${part}/`))
        .map((part) => ({
          regex: `${beside}${part}/`,
          message: `${folder} is sans-I/O: it does not know ${module}/${part}.`,
        })),
      hostModules,
      ...(isPortable ? [nodeModules] : []),
    ];
    return {
      files: filesAt(folder, depth - 2),
      rules: { "no-restricted-imports": ["error", { patterns }], ...(isPortable ? ambientPortable : ambient) },
    };
  });
}

/** Folders of a module. */
function partsOf(module) {
  const folder = new URL(`./src/${module}/`, import.meta.url);
  return existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
    : [];
}

/** The page runs in a browser: it knows the API's types and client, and nothing of what runs in Node. */
const page = {
  files: ["web/src/**/*.ts", "web/src/**/*.tsx"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { regex: "^node:", message: "The page runs in a browser." },
          {
            regex: "^(?:\\.\\./)+src/(?:[^a]|a[^p]|ap[^i]|api[^/]|api/[^ic]|api/[a-z-]*/)",
            message: "The page knows the API alone: its types (src/api/index.ts) and its client (src/api/client.ts).",
          },
          {
            regex: "^(?:\\.\\./)+src/api/index\\.ts$",
            allowTypeImports: true,
            message: "The page imports types of the API, no code: import type.",
          },
        ],
      },
    ],
  },
};

export default {
  plugins: ["typescript", "import", "unicorn", "oxc", "promise", "vitest"],
  categories: { correctness: "error", suspicious: "error" },
  ignorePatterns: ["dist", "dist.*", "coverage", "node_modules"],
  rules: {
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "import/no-unassigned-import": "off",
    "no-empty": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/only-throw-error": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/no-non-null-assertion": "error",
    "typescript/no-unsafe-type-assertion": "error",
    "typescript/ban-ts-comment": "error",
    "typescript/no-unsafe-assignment": "error",
    "typescript/no-unsafe-call": "error",
    "typescript/no-unsafe-member-access": "error",
    "typescript/no-unsafe-return": "error",
    "import/no-named-as-default-member": "off",
    "no-await-in-loop": "off",
    "no-underscore-dangle": "off",
    "no-shadow": "off",
    "unicorn/require-post-message-target-origin": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/prefer-add-event-listener": "off",
    "promise/always-return": "off",
    "promise/no-promise-in-callback": "off",
    "vitest/require-mock-type-parameters": "off",
    "vitest/valid-expect": ["error", { maxArgs: 2 }],
  },
  overrides: [
    ...modules.flatMap(layer),
    ...sansIo.flatMap(sansIoLayer),
    page,
    // The one file of the codecs that uses Buffer where there is one.
    { files: ["src/base/bytes/node-buffer.ts"], rules: ambient },
    // runtime/node is the one place that opens sockets and files and reads the time: it answers to the runtime's
    // interfaces only.
    ...depths.slice(0, -1).map((depth) => ({
      files: filesAt("runtime/node", depth - 1),
      rules: {
        "no-restricted-imports": [
          "error",
          {
            patterns: [
              {
                regex: `^(?:\\.\\./){${depth + 1}}(?:[^b]|b[^a])`,
                message: "runtime/node stands on base and runtime only.",
              },
            ],
          },
        ],
        "no-restricted-globals": "off",
        "no-restricted-properties": "off",
      },
    })),
    {
      files: ["**/*.mjs", "bin/*.js", "examples/console/*.js"],
      rules: {
        "typescript/no-unsafe-assignment": "off",
        "typescript/no-unsafe-call": "off",
        "typescript/no-unsafe-member-access": "off",
        "typescript/no-unsafe-return": "off",
      },
    },
    {
      files: ["**/*.test.ts", "test/**/*.ts", "examples/**/*.ts", "bench/**/*.ts", "fuzz/**/*.ts"],
      rules: {
        // Sources have a limit of their own (scripts/shape.mjs).
        "max-lines": ["error", { max: 600 }],
        "no-restricted-imports": "off",
        "no-restricted-globals": "off",
        "no-restricted-properties": "off",
        "typescript/no-unsafe-type-assertion": "off",
        "typescript/unbound-method": "off",
      },
    },
  ],
};
