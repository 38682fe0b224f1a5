import { errorCode, formatHostPort, toError } from "../../base/index.ts";
import { checkProxy, parseProxy, type ProxyOptions } from "../../runtime/node/index.ts";
import { clean } from "../../terminal/index.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";

/** Checks that the proxy is reached, speaks its protocol, accepts the login, and whether it forwards UDP. */
export async function proxyFindings(
  proxy: ProxyOptions,
  bind: string | undefined,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { kind, host, port } = parseProxy(proxy.url);
  const at = clean(formatHostPort(host, port));
  const name = kind === "http" ? "HTTP" : "SOCKS5";
  try {
    const forwards = await checkProxy(proxy.url, { bind, signal });
    const found = ok(`${at} speaks ${name}${forwards ? ", and forwards UDP" : ""}`);
    if (forwards) return [found];
    const what = kind === "http" ? "an HTTP proxy forwards no UDP" : "the proxy forwards no UDP";
    return [
      found,
      proxy.only === true
        ? warning(`${what}: no DHT, UDP trackers and uTP`, "use a SOCKS5 proxy with UDP ASSOCIATE, such as dante")
        : warning(
            `${what}: the DHT and UDP trackers are reached without it, and see your address`,
            "add --proxy-only, or use a SOCKS5 proxy with UDP ASSOCIATE",
          ),
    ];
  } catch (error) {
    signal.throwIfAborted();
    return [problem(`${at}: ${clean(toError(error).message)}`, adviceFor(errorCode(error)))];
  }
}

function adviceFor(code: string | undefined): string {
  if (code === "net.proxy") return "check the scheme of --proxy: socks5:// or http://";
  if (code === "net.denied") return "check the user name and password: socks5://USER:PASSWORD@HOST:PORT";
  if (code === "net.interface-down") return "bring the interface up, or leave --bind out";
  return "check its host and port, that it runs, and that no firewall is between";
}
