/** A text that is no longer than this can have a form; a longer one is just a text. */
const LONGEST_WITH_FORM = 4096;

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/;
const API_PATH = /^(https?:\/\/[^/]+\/)?(\/?)((?:v1pre3|v2)\/[^?#]*)/;

/** The form of an empty text, which agrees with every other one. */
export const EMPTY = "empty text";

/**
 * The form of a text without its value: a date without its digits, a link of the API without its host and Ids, any
 * other address, or a text. Two texts of the same form are of the same shape.
 */
export function textForm(text: string): string {
  if (text === "") return EMPTY;
  if (text.length > LONGEST_WITH_FORM) return "text";
  if (DATE.test(text)) return `date ${text.replaceAll(/\d/g, "0")}`;
  const link = API_PATH.exec(text);
  if (link !== null) {
    const [, host, slash = "", path = ""] = link;
    return `link ${host === undefined ? slash : "https://…/"}${path.split("/").map(segmentForm).join("/")}`;
  }
  return /^https?:\/\//.test(text) ? "URL" : "text";
}

function segmentForm(segment: string): string {
  return /^(?:\d+|ds\.[0-9a-f]{32})$/.test(segment) ? "{id}" : segment;
}
