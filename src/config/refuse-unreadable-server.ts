import { BsmountError } from "../core/errors.ts";
import { iniLines, optionsOfLine, textValue } from "./ini-text.ts";

/**
 * A line that is meant to name the server and cannot be read (`apiServer[] =`, no value, `api_server`) is not
 * passed over: the section's token would count as one of the default server, and be told to it.
 *
 * @throws BsmountError `usage`, with file and line
 */
export function refuseUnreadableServer(
  text: string,
  { file, section }: { readonly file: string; readonly section: string },
): void {
  for (const line of iniLines(text)) {
    if (line.section !== section || !/^\s*["']?api[ _-]?server(?![\w.-])/i.test(line.text))
      continue;
    if (textValue(optionsOfLine(line), "apiserver") !== undefined) continue;
    const problem = `line ${line.number} of ${file} does not say which server section ${section} is of`;
    throw new BsmountError("usage", problem, {
      remedy: "write apiServer = https://… there, or take the line out for region use1",
    });
  }
}
