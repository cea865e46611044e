import type { FastifyInstance, FastifyReply } from "fastify";
import { type ApiCall, apiCall } from "../../access/api-call.ts";
import { byId, byText, pagedList, pageOf, type Sorts } from "../../http/paging.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { fileV2 } from "../../serialise/v2/file.ts";
import { v2Href } from "../../serialise/v2/href.ts";
import type { Context } from "../../services/context.ts";
import { fileListRules, subDirectories } from "../../services/file-list-v2.ts";
import type { BaseSpaceFile, Parent } from "../../state/entities.ts";
import { filesParent } from "../../state/files-parent.ts";
import { baseName } from "../../text/paths.ts";
import { contentLink } from "../content.ts";

const SORTS: Sorts<BaseSpaceFile> = {
  Id: byId,
  Path: byText((file) => file.path),
  Name: byText((file) => baseName(file.path)),
  DateCreated: byText((file) => file.dateCreated),
};

/** v2's lists of the files of datasets, app results, samples and runs. */
export function datasetFileRoutes(app: FastifyInstance, context: Context): void {
  const { state } = context;

  app.get("/datasets/:id/files", (request, reply) => {
    const call = apiCall(state, request);
    const dataset = call.guard.need("browse", "datasets", call.param("id"));
    const listed = { parent: filesParent(dataset), path: `datasets/${dataset.id}` };
    return sendFileList(context, reply, call, listed);
  });

  for (const noun of ["appresults", "samples", "runs"] as const) {
    app.get(`/${noun}/:id/files`, (request, reply) => {
      const call = apiCall(state, request);
      const { id } = call.guard.need("browse", noun, call.param("id"));
      return sendFileList(context, reply, call, { parent: { noun, id }, path: `${noun}/${id}` });
    });
  }
}

/** Sends a file list. A list of one folder without subfolders also has the names of its subfolders. */
function sendFileList(
  context: Context,
  reply: FastifyReply,
  { query, guard }: ApiCall,
  { parent, path }: { readonly parent: Parent; readonly path: string },
): FastifyReply {
  const { state, view } = context;
  const rules = fileListRules(query);
  const all = [...state.indexes.filesOf(parent)].map((id) => state.need("files", id));
  const shown = all.filter(rules.isListed);
  const page = pageOf(shown.filter(rules.isInListedFolder), query, { sorts: SORTS });
  const signs = query.get("filehrefcontentresolution")?.toLowerCase() === "true";
  const { Items, Paging } = pagedList(page, (file) => {
    const link = signs ? contentLink(context, guard.needFile("read", file.id)).url : undefined;
    return fileV2(view, file, link);
  });
  const [noun = "", id = ""] = path.split("/");
  const folders = subDirectories(shown, rules).map((folder) => ({
    Href: `${v2Href(view, noun, id)}/files?directory=${encodeURIComponent(folder)}`,
    Name: baseName(folder),
  }));
  const SubDirectories = rules.folder === undefined || rules.isRecursive ? undefined : folders;
  return sendWithoutEnvelope(reply, { Items, SubDirectories, Paging });
}
