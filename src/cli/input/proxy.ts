import type { Command } from "commander";
import { parseProxy, type ProxyOptions } from "../../runtime/node/index.ts";
import { CommandLineError, parseArgument } from "../output/problem.ts";
import { addBindOption } from "./bind.ts";
import { booleanVariable } from "./boolean-variable.ts";

/** The environment variables for {@link ProxyFlags}; every command that uses the network reads them. */
const VARIABLE = "MILLRACE_PROXY";
const ONLY_VARIABLE = "MILLRACE_PROXY_ONLY";

/** The flags that name a proxy. */
export interface ProxyFlags {
  /** The URL of a proxy: `socks5://…` or `http://…`. */
  readonly proxy?: string;
  /** Whether all traffic to other hosts goes through the proxy. */
  readonly proxyOnly?: boolean;
}

/** Adds the options of {@link ProxyFlags} and `--bind`: the ways that traffic takes. */
export function addProxyOptions(command: Command): Command {
  return addBindOption(command)
    .option(
      "--proxy <url>",
      "reach peers, trackers and web servers through this proxy, socks5://[USER:PASSWORD@]HOST:PORT or http://…; it also resolves their names (default: MILLRACE_PROXY)",
      proxyArgument,
    )
    .option(
      "--proxy-only",
      "send nothing to other hosts except through the proxy: no incoming connections, no local discovery, and UDP (DHT, UDP trackers) only if the proxy forwards it",
    );
}

/** Checks the URL of a proxy. */
function proxyArgument(text: string): string {
  parseArgument("--proxy", () => parseProxy(text));
  return text;
}

/** Returns the proxy that the flags or the environment name. Throws {@link CommandLineError} if they do not fit. */
export function proxyOf({ proxy, proxyOnly }: ProxyFlags): ProxyOptions | undefined {
  const url = proxy ?? process.env[VARIABLE] ?? "";
  const only = proxyOnly ?? booleanVariable(ONLY_VARIABLE) ?? false;
  if (url !== "") {
    parseArgument(proxy === undefined ? VARIABLE : "--proxy", () => parseProxy(url));
    return { url, only };
  }
  if (only) throw new CommandLineError("--proxy-only needs a proxy: name it with --proxy or MILLRACE_PROXY");
  return undefined;
}
