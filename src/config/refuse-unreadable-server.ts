import { BsmountError } from "../core/errors.ts";
import { iniLines, optionsOfLine, textValue } from "./ini-text.ts";

/**
 * Refuses a line that seems to name the server and cannot be parsed (`apiServer[] =`, no value, `api_server`). If it
 * were ignored, the section's token would be sent to the default server.
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
    const problem = `line ${line.number} of ${file} does not name the server of section ${section}`;
    throw new BsmountError("usage", problem, {
      remedy: "write apiServer = https://… there, or remove the line for region use1",
    });
  }
}
