/**
 * Returns the parent folder of a path with `/` as separator. It is `/` for the root and for paths directly below it,
 * and `.` for a relative path without a folder.
 */
export function parentPath(path: string): string {
  const at = path.lastIndexOf("/");
  if (at < 0) return ".";
  return at === 0 ? "/" : path.slice(0, at);
}
