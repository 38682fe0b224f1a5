import { UsageError } from "../base/index.ts";
import { isWebSeedUrl } from "../swarm/index.ts";
import { ENCRYPTION_POLICIES, type EncryptionPolicy } from "../transport/index.ts";

import { checkDiskName } from "./content/disk-name.ts";
import { checkPeers } from "./named-peers.ts";
import type { AddOptions } from "./options.ts";

/** Limits of a client or a torrent. */
interface Limits {
  readonly maxDownloadRate?: number | undefined;
  readonly maxUploadRate?: number | undefined;
  readonly maxConnections?: number | undefined;
  readonly maxPeers?: number | undefined;
  readonly uploadSlots?: number | undefined;
}

/**
 * Throws UsageError `client.rate` for a rate that is negative or not finite, and `client.count` for a number of
 * connections, peers or slots that is negative or not whole. `undefined` is no limit.
 */
export function checkLimits({ maxDownloadRate, maxUploadRate, maxConnections, maxPeers, uploadSlots }: Limits): void {
  for (const [name, rate] of Object.entries({ maxDownloadRate, maxUploadRate })) {
    if (rate === undefined || (Number.isFinite(rate) && rate >= 0)) continue;
    throw new UsageError(
      "client.rate",
      `${name} must be bytes a second, from 0 on, or undefined for no limit; not ${rate}`,
      {
        fields: { option: name },
      },
    );
  }
  for (const [name, count] of Object.entries({ maxConnections, maxPeers, uploadSlots })) {
    if (count === undefined || (Number.isSafeInteger(count) && count >= 0)) continue;
    throw new UsageError("client.count", `${name} must be a whole number from 0 on, not ${count}`, {
      fields: { option: name },
    });
  }
}

/**
 * Checks the options of `Client.add`. Throws UsageError `client.rate`, `client.count`, `webseed.url`, or InputError
 * `address.text`, `address.no-peer`, `torrent.name`.
 */
export function checkAddOptions(options: AddOptions): void {
  const { peers = [], webSeeds = [], name, maxDownloadRate, maxUploadRate, maxPeers } = options;
  checkPeers(peers);
  checkLimits({ maxDownloadRate, maxUploadRate, maxPeers });
  if (name !== undefined) checkDiskName(name);
  for (const url of webSeeds)
    if (!isWebSeedUrl(url))
      throw new UsageError("webseed.url", `not an http or https URL: ${JSON.stringify(url.slice(0, 200))}`);
}

/** Throws UsageError `client.encryption` for a text that is no policy. */
export function checkEncryption(policy: EncryptionPolicy | undefined): void {
  if (policy === undefined || ENCRYPTION_POLICIES.includes(policy)) return;
  throw new UsageError("client.encryption", `encryption must be one of ${ENCRYPTION_POLICIES.join(", ")}`);
}
