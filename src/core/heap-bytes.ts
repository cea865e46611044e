/** Of an object or array, of a property, and of a text without its characters: as V8 keeps what JSON.parse made. */
const OBJECT_BYTES = 40;
const PROPERTY_BYTES = 8;
const TEXT_BYTES = 16;

/**
 * About what a value that came as JSON takes in memory. Strings count by their characters, which take one byte each,
 * or two where one of them is not in Latin-1.
 */
export function heapBytesOf(value: unknown): number {
  let bytes = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === "string") bytes += TEXT_BYTES + textBytes(one);
    if (typeof one !== "object" || one === null) continue;
    const properties = Object.values(one);
    bytes += OBJECT_BYTES + PROPERTY_BYTES * properties.length;
    for (const property of properties) left.push(property);
  }
  return bytes;
}

function textBytes(text: string): number {
  return /[^\u0000-\u00ff]/.test(text) ? 2 * text.length : text.length;
}
