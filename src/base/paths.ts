/**
 * Returns the folder above a path whose parts `/` divides: `/` above what is at the root and above the root itself, `.`
 * above a relative name alone.
 */
export function parentPath(path: string): string {
  const at = path.lastIndexOf("/");
  if (at < 0) return ".";
  return at === 0 ? "/" : path.slice(0, at);
}
