// Maps a port with the built package until stdin ends. Prints each state as a line of JSON.
import { nodeRuntime } from "../../dist/runtime/node/index.js";
import { PortMapper } from "../../dist/portmap/index.js";

const runtime = nodeRuntime();
const mapper = new PortMapper({
  runtime,
  port: Number(process.argv[2]),
  onChange: (state) => process.stdout.write(`${JSON.stringify(state)}\n`),
});
process.stdin.resume().once("end", () => void mapper.close().then(() => runtime.close()));
