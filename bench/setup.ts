/** `npm run bench -- setup`: installs the clients and packages to compare with. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEBIAN_PACKAGES, NPM_PACKAGES } from "./lib/tools.ts";

/** Installs both kinds and returns the exit status. `root` is the folder of Millrace. */
export function setup(root: string, npmRoot: string): number {
  const isReady = [installDebian(root), installNpm(npmRoot)];
  return isReady.every(Boolean) ? 0 : 1;
}

function installDebian(root: string): boolean {
  return run("bash", [join(root, "scripts/install-debian.sh"), ...DEBIAN_PACKAGES], {});
}

/**
 * Without install scripts: a dependency of WebTorrent refuses to be installed by npm, and its WebRTC downloads a
 * binary. Only TCP is measured, so WebRTC is replaced by an empty module.
 */
function installNpm(npmRoot: string): boolean {
  mkdirSync(npmRoot, { recursive: true });
  const manifest = join(npmRoot, "package.json");
  if (!existsSync(manifest))
    writeFileSync(manifest, `${JSON.stringify({ name: "millrace-bench-peers", private: true })}\n`);
  const packages = Object.entries(NPM_PACKAGES).map(([name, version]) => `${name}@${version}`);
  if (!run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], { cwd: npmRoot }))
    return false;
  const webrtc = join(npmRoot, "node_modules/webrtc-polyfill");
  const nothing =
    'class None {\n  constructor() {\n    throw new Error("no WebRTC here");\n  }\n}\nexport { None as RTCPeerConnection, None as RTCSessionDescription, None as RTCIceCandidate };\nexport default {};\n';
  if (existsSync(webrtc)) for (const name of ["index.js", "polyfill.js"]) writeFileSync(join(webrtc, name), nothing);
  return true;
}

function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
): boolean {
  process.stderr.write(`${command} ${args.join(" ")}\n`);
  return spawnSync(command, args, { ...options, stdio: "inherit" }).status === 0;
}
