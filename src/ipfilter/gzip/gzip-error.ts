/** Data that is no gzip (RFC 1952), or is broken; the reader of the file makes an InputError of it. */
export class GzipError extends Error {}
