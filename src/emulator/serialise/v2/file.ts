import type { BaseSpaceFile } from "../../state/entities.ts";
import { fileListItem } from "../file.ts";
import type { Json, View } from "../view.ts";
import { v2Href } from "./href.ts";

/** With Hrefs below `/v2/files`, as recorded, although no description of v2 has such a path. `link` is a signed one. */
export function fileV2(view: View, file: BaseSpaceFile, link?: string): Json {
  const href = v2Href(view, "files", file.id);
  return { ...fileListItem(file), Href: href, HrefContent: link ?? `${href}/content` };
}
