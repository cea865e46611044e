/**
 * `url` with one slash where its path has several in a row, as the service reads it: clients join a server
 * that ends in a slash with a path that begins with one. Slashes that are encoded belong to a name and stay.
 */
export function singleSlashes(url: string): string {
  const end = url.indexOf("?");
  const path = end < 0 ? url : url.slice(0, end);
  // A proxy may ask by the whole address, see RFC 9112, section 3.2.2.
  const [origin = ""] = /^https?:\/\/[^/]*/i.exec(path) ?? [];
  return origin + path.slice(origin.length).replace(/\/{2,}/g, "/") + url.slice(path.length);
}
