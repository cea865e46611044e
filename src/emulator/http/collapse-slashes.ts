/**
 * Replaces several slashes in a row in the path of `url` by one, as the service does: some clients join a server
 * that ends in a slash with a path that begins with one. Encoded slashes belong to a name and are not changed.
 */
export function collapseSlashes(url: string): string {
  const end = url.indexOf("?");
  const path = end < 0 ? url : url.slice(0, end);
  // A proxy may send the absolute form, see RFC 9112, section 3.2.2.
  const [origin = ""] = /^https?:\/\/[^/]*/i.exec(path) ?? [];
  return origin + path.slice(origin.length).replace(/\/{2,}/g, "/") + url.slice(path.length);
}
