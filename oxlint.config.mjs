// The plan of the house as rules: which room may import which, and what each floor may touch. docs/architecture.md draws it.

/** From the ground up: a room may import from the rooms before it, through their index.ts, and from nothing after it. */
const rooms = ["base", "runtime", "bencode", "metainfo", "wire", "transport", "storage", "tracker", "swarm", "client", "sim", "cli"];

/** Rooms above the engine: they may use the real runtime and talk to the host directly. */
const hosts = new Set(["cli"]);

const ambientGlobals = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "performance", "fetch", "WebSocket", "process", "crypto"].map(
  (name) => ({ name, message: "Engines and codecs take a Runtime: use its Clock, Random, Net, Files or Hasher." }),
);
const ambientProperties = [
  { object: "Date", property: "now", message: "Take the Runtime's Clock." },
  { object: "Math", property: "random", message: "Take the Runtime's Random." },
];

function layer(room) {
  const below = rooms.slice(0, rooms.indexOf(room));
  const allowed = hosts.has(room) ? [...below, "runtime/node"] : below;
  const door = `(?:${allowed.length === 0 ? "(?!)" : allowed.join("|")})/index\\.ts$`;
  const message = `${room} may import only ${allowed.join(", ") || "itself"}, each through its index.ts (docs/architecture.md).`;
  const host = hosts.has(room)
    ? []
    : [{ regex: "^(?:node:(?!events$)|undici|commander|cli-progress|pretty-bytes|picomatch)", message: "Only runtime/node and the rooms above the engine touch the host." }];
  const rule = (depth) => ["error", { patterns: [{ regex: `^(?:\\.\\./){${depth}}(?!\\.\\./)(?!${door})(?:[^.]|\\.[^./])`, message }, { regex: `^(?:\\.\\./){${depth + 1},}`, message }, ...host] }];
  const ambient = hosts.has(room)
    ? {}
    : { "no-restricted-globals": ["error", ...ambientGlobals], "no-restricted-properties": ["error", ...ambientProperties] };
  return [
    { files: [`src/${room}/*.ts`], rules: { "no-restricted-imports": rule(1), ...ambient } },
    { files: [`src/${room}/*/*.ts`], rules: { "no-restricted-imports": rule(2), ...ambient } },
  ];
}

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
    "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
    "no-await-in-loop": "off",
    "no-underscore-dangle": "off",
    "no-shadow": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/prefer-add-event-listener": "off",
    "promise/always-return": "off",
    "vitest/require-mock-type-parameters": "off",
  },
  overrides: [
    ...rooms.flatMap(layer),
    // runtime/node is the one place that opens sockets and files and reads the time: it answers to the runtime's interfaces only.
    {
      files: ["src/runtime/node/*.ts"],
      rules: {
        "no-restricted-imports": ["error", { patterns: [{ regex: "^\\.\\./\\.\\./(?!base/index\\.ts$)", message: "runtime/node stands on base and runtime only." }] }],
        "no-restricted-globals": "off",
        "no-restricted-properties": "off",
      },
    },
    {
      files: ["**/*.test.ts", "test/**/*.ts", "examples/**/*.ts", "bench/**/*.ts", "fuzz/**/*.ts"],
      rules: {
        "no-restricted-imports": "off",
        "no-restricted-globals": "off",
        "no-restricted-properties": "off",
        "typescript/no-unsafe-type-assertion": "off",
        "typescript/unbound-method": "off",
      },
    },
  ],
};
