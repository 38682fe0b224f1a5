import { InputError } from "../base/index.ts";
import type { Files } from "../runtime/index.ts";
import { Gunzip } from "./gzip/gunzip.ts";
import { GzipError } from "./gzip/gzip-error.ts";
import type { IpFilterParser } from "./ip-filter.ts";
import { MAX_FILTER_LENGTH } from "./limits.ts";

const READ_LENGTH = 64 * 1024;
/** Compressed bytes that are read at once: decompressed, they may be a thousand times as long. */
const GZIP_READ_LENGTH = 16 * 1024;

/** Adds the filter file at `path` to a parser, decompressed. Rejects with StorageError, InputError `ipfilter.*`. */
export async function readFilter(files: Files, path: string, parser: IpFilterParser): Promise<void> {
  const file = await files.open(path, "read");
  try {
    const buffer = new Uint8Array(READ_LENGTH);
    const first = await file.read(buffer, 0);
    checkText(buffer.subarray(0, first), path);
    const isGzip = buffer[0] === 0x1f && buffer[1] === 0x8b;
    let length = 0;
    const take = (bytes: Uint8Array): void => {
      length += bytes.length;
      if (length > MAX_FILTER_LENGTH)
        throw new InputError("ipfilter.too-long", `IP filter ${path} is longer than ${MAX_FILTER_LENGTH} bytes`);
      parser.push(bytes);
    };
    const gunzip = isGzip ? new Gunzip(take) : undefined;
    const reads = isGzip ? buffer.subarray(0, GZIP_READ_LENGTH) : buffer;
    for (let [at, count] = [0, Math.min(first, reads.length)]; count > 0; count = await file.read(reads, at)) {
      const bytes = buffer.subarray(0, count);
      if (gunzip === undefined) take(bytes);
      else gunzip.push(bytes);
      at += count;
    }
    gunzip?.end();
    parser.endFile();
  } catch (cause) {
    if (!(cause instanceof GzipError)) throw cause;
    throw new InputError("ipfilter.gzip", `IP filter ${path} is not valid gzip: ${cause.message}`, { cause });
  } finally {
    await file.close();
  }
}

/** The formats that others write and this module does not read, by their first bytes. */
const OTHER_FORMATS: readonly { readonly start: readonly number[]; readonly name: string }[] = [
  { start: [0xff, 0xff, 0xff, 0xff, 0x50, 0x32, 0x42], name: "a PeerGuardian binary list (P2B)" },
  { start: [0x50, 0x4b, 0x03, 0x04], name: "a zip file" },
];

function checkText(bytes: Uint8Array, path: string): void {
  const other = OTHER_FORMATS.find(({ start }) => start.every((byte, at) => bytes[at] === byte));
  if (other !== undefined)
    throw new InputError("ipfilter.format", `IP filter ${path} is ${other.name}: use a text file, or text as gzip`);
}
