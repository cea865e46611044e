const TYPES: Readonly<Record<string, string>> = {
  ".gz": "application/x-gzip",
  ".json": "application/json",
  ".txt": "text/plain",
  ".csv": "text/csv",
  ".xml": "text/xml",
  ".html": "text/html",
  ".pdf": "application/pdf",
  ".zip": "application/zip",
};

/** The content type that an uploader would send for a file of this name. */
export function contentTypeOf(path: string): string {
  const dot = path.lastIndexOf(".");
  const extension = dot < 0 ? "" : path.slice(dot).toLowerCase();
  return TYPES[extension] ?? "application/octet-stream";
}
