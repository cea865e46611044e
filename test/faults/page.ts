import type { FaultyCall } from "./calls.ts";

/** What programs see of one fault, for each call in order. */
export interface FaultRow {
  readonly fault: string;
  /** It lasts until the client gives up. */
  readonly isLasting: boolean;
  readonly outcomes: readonly string[];
}

const HEAD = `# Faults of uploads

What a program sees when a request of an upload meets a fault. \`test/faults\` makes these tables from what happens,
and compares them with this page; \`test/mount/upload-faults.test.ts\` does some of it through the kernel.

The columns are the requests of a close: a file of one request (\`POST …/files\`), and of a file in parts the initiate
(\`POST …/files?multipart=true\`), parts (\`PUT …/parts/N\`) and the finish (\`POST files/{id}?uploadstatus=complete\`).
The last column is setting the status of the result (\`POST appsessions/{id}\`), by \`bsmount complete\` or by the
extended attribute. The cells have what close(2), or setxattr(2), returns: 0 or an error number.

| cell            | what BaseSpace has                                     | what stays in staging                                            |
| --------------- | ------------------------------------------------------ | ---------------------------------------------------------------- |
| 0               | the file, once and whole; the status                   | nothing that BaseSpace lacks                                     |
| an error number | nothing under the name; for parts, a pending upload    | the bytes: the next close of the file, a command or the next mount sends what BaseSpace lacks |

After each failure the test ends the fault and closes the file again: then BaseSpace has it once and whole.
`;

const NOTES = `## Notes

- A response that was lost is settled by asking before a request is sent again, so initiate, finish and status succeed
  although every response to them is lost, and nothing is done twice. A part is sent again, since it replaces the
  earlier one; when no response to it ever arrives, the close fails.
- 0 after a single 404 for a request of a file in parts: parts are sent ahead in the background while the file is
  written, and a close begins again what failed there. Without that, 404 means that BaseSpace no longer knows the
  upload or the result: ESTALE, at once.
- Bytes that are damaged on the way are found by the MD5 of the request (400 \`BadDigest\`) and by the ETag of the
  response; the request is sent again, up to the limits. A request for a status has no MD5, and what the service makes of a damaged one
  is an error. Nothing of the initiate is damaged, since it has no body.
- A byte of a response that is damaged on the way, which TLS rules out, may be one that nobody reads, or the Id of the
  file. So the outcome varies between 0, EIO and ESTALE; what it means is as in the first table.
- 401: the client asks for another token, as from a profile that was signed in again, and sends the request once
  more. EACCES when that is refused too.
- EIO and ETIMEDOUT for a fault that lasts come after five minutes for the requests of an upload, and after 50 seconds
  for a status; EACCES and ESTALE at once.
- A staging disk that is full, at any write: the write fails with ENOSPC, and so do all later calls; BaseSpace gets
  nothing, and what was written stays in staging until the file is emptied, removed or written anew
  (semantics.md, W16).
`;

export function faultsPage(calls: readonly FaultyCall[], rows: readonly FaultRow[]): string {
  const of = (isLasting: boolean): string => {
    return table(
      calls,
      rows.filter((row) => row.isLasting === isLasting),
    );
  };
  const sections = [
    HEAD.replace(/^\|.*(\n\|.*)*/m, (text) => aligned(text.split("\n").map(cellsOf))),
    `## A fault that happens once\n\n${of(false)}\n`,
    `## A fault that lasts until the client gives up\n\n${of(true)}\n`,
    NOTES,
  ];
  return sections.join("\n");
}

function table(calls: readonly FaultyCall[], rows: readonly FaultRow[]): string {
  const header = ["fault", ...calls.map(({ name }) => name)];
  const lines = rows.map(({ fault, outcomes }) => [fault, ...outcomes]);
  return aligned([header, header.map(() => "-"), ...lines]);
}

function cellsOf(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** A Markdown table with columns of one width, as the formatter has them. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => {
    return Math.max(
      3,
      ...lines.map((cells) =>
        /^-+$/.test(cells[column] ?? "") ? 3 : (cells[column] ?? "").length,
      ),
    );
  });
  return lines
    .map((cells) => {
      const padded = cells.map((cell, column) => {
        const width = widths[column] ?? 0;
        return /^-+$/.test(cell) ? "-".repeat(width) : cell.padEnd(width);
      });
      return `| ${padded.join(" | ")} |`;
    })
    .join("\n");
}
