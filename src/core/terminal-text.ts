/*
 * What a terminal does not show but obeys: control characters move the cursor, change colours and answer for the user
 * (ECMA-48; those from U+0080 on are sequences of their own), bidirectional controls show a text in another order than
 * it has (Unicode Standard Annex 9), and separators end a line for some.
 */

const OBEYED = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** The same without what JSON escapes by itself, and without the line feed at the end of a line. */
const OBEYED_IN_JSON = /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu;

/** Text from elsewhere, safe to show on a terminal: what that would obey becomes its picture, or U+FFFD. */
export function printable(text: string): string {
  return text.replace(OBEYED, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "␡" : "�";
  });
}

/** JSON that has the same values, and nothing that a terminal obeys. */
export function printableJson(json: string): string {
  return json.replace(OBEYED_IN_JSON, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
