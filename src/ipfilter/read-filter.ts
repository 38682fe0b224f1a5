import { InputError } from "../base/index.ts";
import type { Files } from "../runtime/index.ts";
import type { IpFilterParser } from "./ip-filter.ts";
import { MAX_FILTER_LENGTH } from "./limits.ts";

const READ_LENGTH = 64 * 1024;

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
    async function* chunks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
      for (let [at, count] = [0, first]; count > 0; count = await file.read(buffer, at)) {
        // The decompressor keeps the bytes that it is given.
        yield isGzip ? buffer.slice(0, count) : buffer.subarray(0, count);
        at += count;
      }
    }
    if (isGzip) await gunzip(chunks(), take, path);
    else for await (const chunk of chunks()) take(chunk);
    parser.endFile();
  } finally {
    await file.close();
  }
}

/** Rejects with InputError `ipfilter.gzip` for broken data; what `take` throws is passed on. */
async function gunzip(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>, void>,
  take: (bytes: Uint8Array) => void,
  path: string,
): Promise<void> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
  const plain: ReadableStream<Uint8Array> = source.pipeThrough(new DecompressionStream("gzip"));
  const reader = plain.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new InputError("ipfilter.gzip", `IP filter ${path} is not valid gzip`, { cause });
    });
    if (done) return;
    try {
      take(value);
    } catch (error) {
      await reader.cancel();
      throw error;
    }
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
