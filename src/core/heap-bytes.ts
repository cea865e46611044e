/** The sizes that V8 uses for an object or array, for a property, and for a text without its characters. */
const OBJECT_BYTES = 40;
const PROPERTY_BYTES = 8;
const TEXT_BYTES = 16;

/**
 * Estimates the memory of a parsed JSON value. A character takes one byte, or two if the text has one outside Latin-1.
 */
export function heapBytesOf(value: unknown): number {
  let bytes = 0;
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const item = pending.pop();
    if (typeof item === "string") bytes += TEXT_BYTES + textBytes(item);
    if (typeof item !== "object" || item === null) continue;
    const properties = Object.values(item);
    bytes += OBJECT_BYTES + PROPERTY_BYTES * properties.length;
    for (const property of properties) pending.push(property);
  }
  return bytes;
}

function textBytes(text: string): number {
  return /[^\u0000-\u00ff]/.test(text) ? 2 * text.length : text.length;
}
