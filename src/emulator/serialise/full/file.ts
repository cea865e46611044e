import type { BaseSpaceFile } from "../../state/entities.ts";
import { appResultCompact } from "../app-result.ts";
import { fileKeys } from "../file.ts";
import { propertiesV1 } from "../properties.ts";
import { runCompact } from "../run.ts";
import { sampleCompact } from "../sample.ts";
import { type Json, type View, withExtra } from "../view.ts";

/** What can be read from a file besides its content. */
export interface Readable {
  readonly coverage: boolean;
  readonly variants: boolean;
}

export function fileFull(view: View, file: BaseSpaceFile, has: Readable): Json {
  const href = `v1pre3/files/${file.id}`;
  return withExtra(file, {
    UploadStatus: file.uploadStatus,
    Properties: propertiesV1.container(view, href, file.properties),
    HrefCoverage: has.coverage ? `v1pre3/coverage/${file.id}` : undefined,
    HrefVariants: has.variants ? `v1pre3/variantset/${file.id}` : undefined,
    HrefParts: file.isMultipart ? `${href}/parts` : undefined,
    ...fileKeys(file),
    ...parentKey(view, file),
    ETag: file.etag,
  });
}

function parentKey(view: View, { parent }: BaseSpaceFile): Json {
  const { state } = view;
  switch (parent.noun) {
    case "samples":
      return { ParentSample: sampleCompact(view, state.need("samples", parent.id)) };
    case "appresults":
      return { ParentAppResult: appResultCompact(view, state.need("appresults", parent.id)) };
    case "datasets":
      return {};
    default:
      return { ParentRun: runCompact(view, state.need("runs", parent.id)) };
  }
}
