import { NetworkError } from "../../../base/index.ts";
import { isRefusal } from "./datagrams.ts";
import type { DirectNetwork } from "./direct.ts";
import { CHECK_TIMEOUT_MS } from "./limits.ts";
import type { ProxyServer } from "./settings.ts";
import { associate, openTunnel } from "./tunnel.ts";

/**
 * Checks that a proxy is reached, speaks its protocol and accepts the login, without a connection to another host.
 * Resolves to whether it forwards UDP. Rejects with NetworkError: `net.proxy` for another protocol, `net.denied` for
 * the login, others when it is not reached; or with AbortError.
 */
export async function probe(server: ProxyServer, direct: DirectNetwork, signal?: AbortSignal): Promise<boolean> {
  const proxy = { server, direct };
  const options = { timeoutMs: CHECK_TIMEOUT_MS, signal };
  try {
    if (server.kind === "socks5") {
      (await associate(proxy, options)).control.destroy();
      return true;
    }
    // The proxy itself is the one host that is known to exist. Its reply is in HTTP, whether it connects or not.
    (await openTunnel(proxy, server, options)).destroy();
    return false;
  } catch (error) {
    if (isRefusal(error)) return false;
    const status = error instanceof NetworkError ? error.fields["status"] : undefined;
    if (typeof status === "number" && status !== 401 && status !== 407) return false;
    throw error;
  }
}
