/**
 * Returns the parent folder of a path whose separator is `/`: `/` for a path directly below the root and for the root,
 * `.` for a relative name without a folder.
 */
export function parentPath(path: string): string {
  const at = path.lastIndexOf("/");
  if (at < 0) return ".";
  return at === 0 ? "/" : path.slice(0, at);
}
