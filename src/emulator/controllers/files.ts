import type { FastifyInstance } from "fastify";
import { apiCall } from "../access/api-call.ts";
import { byId, byText, listResponse, pageOf, type Sorts } from "../http/paging.ts";
import type { Query } from "../http/query.ts";
import { sendResponse } from "../http/response.ts";
import { SortedListCache } from "../http/sorted-list-cache.ts";
import { fileListItem } from "../serialise/file.ts";
import { fileFull } from "../serialise/full/file.ts";
import type { Context } from "../services/context.ts";
import type { BaseSpaceFile, ParentNoun } from "../state/entities.ts";
import { baseName, folderOf } from "../text/paths.ts";
import { commaList } from "../text/text.ts";

const SORTS: Sorts<BaseSpaceFile> = {
  Id: byId,
  Path: byText((file) => file.path),
  Name: byText((file) => baseName(file.path)),
  DateCreated: byText((file) => file.dateCreated),
};

const PARENTS: readonly ParentNoun[] = ["samples", "appresults", "runs"];

/** Single files, and the files of samples, app results and runs. */
export function fileRoutes(app: FastifyInstance, { state, view, genomics }: Context): void {
  const lists = new SortedListCache<BaseSpaceFile>();

  app.get("/files/:id", async (request, reply) => {
    const { guard, param } = apiCall(state, request);
    const file = guard.needFile("browse", param("id"));
    return sendResponse(reply, fileFull(view, file, await genomics.files.readable(file)));
  });

  for (const noun of PARENTS) {
    app.get(`/${noun}/:id/files`, (request, reply) => {
      const { guard, query, param } = apiCall(state, request);
      const parent = guard.need("browse", noun, param("id"));
      const filesOf = { noun, id: parent.id };
      const files = (): BaseSpaceFile[] =>
        [...state.indexes.filesOf(filesOf)]
          .map((id) => state.need("files", id))
          .filter(fileFilter(query));
      const cache = isFiltered(query)
        ? undefined
        : lists.forVersion(state.indexes.versionOfFiles(filesOf));
      const page = pageOf(files, query, { sorts: SORTS }, cache);
      return sendResponse(reply, listResponse(page, fileListItem));
    });
  }
}

/** Whether the query makes {@link fileFilter} drop files that the unfiltered list has. */
function isFiltered(query: Query): boolean {
  return ["Extensions", "Directory", "Statuses"].some((name) => Boolean(query.get(name)));
}

/**
 * Lists have only complete files, unless `Statuses` names others. `Directory` selects the files directly in a
 * folder; `/` is the root.
 */
function fileFilter(query: Query): (file: BaseSpaceFile) => boolean {
  const extensions = commaList(query.get("Extensions")).map(withDot);
  const requested = commaList(query.get("Statuses")).map((status) => status.toLowerCase());
  const statuses = requested.length === 0 ? ["complete"] : requested;
  const directory = query.get("Directory") || undefined;
  const folder = directory?.replace(/^\/+|\/+$/g, "");
  return (file) =>
    statuses.includes(file.uploadStatus) &&
    file.removed !== true &&
    (extensions.length === 0 || extensions.some((end) => file.path.toLowerCase().endsWith(end))) &&
    (folder === undefined || folderOf(file.path) === folder);
}

function withDot(extension: string): string {
  const lower = extension.toLowerCase();
  return lower.startsWith(".") ? lower : `.${lower}`;
}
