/*
 * Characters that a terminal interprets instead of showing them: control characters move the cursor, change colours and
 * send input (ECMA-48; those from U+0080 on are whole sequences), bidirectional controls change the order of a text
 * (Unicode Standard Annex 9), and some terminals end a line at separators.
 */

const CONTROLS = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** The same without the characters that JSON escapes. */
const CONTROLS_IN_JSON = /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu;

/** Makes a text safe for a terminal: replaces control characters by their pictures, or by U+FFFD. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "␡" : "�";
  });
}

/** Escapes control characters in JSON, which does not change its values. */
export function printableJson(json: string): string {
  return json.replace(CONTROLS_IN_JSON, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
