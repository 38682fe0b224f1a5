/** Torrent files and magnet links: read, made, edited (BEP 3, 9, 12, 17, 19, 27, 47, 52, 53). */
export * from "./layout.ts";
