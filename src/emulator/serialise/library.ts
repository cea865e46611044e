import type { Sample } from "../state/entities.ts";
import { projectCompact } from "./project.ts";
import { userCompact } from "./user.ts";
import type { Json, View } from "./view.ts";

/**
 * The library of a sample. The emulator keeps none of its own: it has the sample's name, Ids and dates;
 * a catalog that needs another one gives it under the sample's `extra`.
 */
export function sampleLibrary(view: View, sample: Sample): Json {
  const owner = userCompact(view, sample.ownerId);
  const project = projectCompact(view, view.state.need("projects", sample.projectId));
  return {
    OwnerUser: owner,
    Id: sample.id,
    Href: `v1pre3/libraries/${sample.id}`,
    BiologicalSample: {
      Id: sample.id,
      Href: `v1pre3/biologicalsamples/${sample.id}`,
      UserSampleId: sample.sampleId,
      NucleicAcid: "Undefined",
      Project: project,
      UserOwnedBy: owner,
      DateModified: sample.dateCreated,
    },
    DateModified: sample.dateCreated,
    LibraryPrep: unknownKit(sample.dateCreated),
    Project: project,
    LibraryName: sample.name,
    State: "Active",
  };
}

/** The kit of libraries of which nothing more is known. */
export function unknownKit(dateModified: string): Json {
  return {
    Id: "1",
    Href: "v1pre3/libraryprepkits/1",
    Name: "Unknown",
    ValidIndexingStrategies: "None,SingleIndex,DualIndex",
    ValidReadTypes: "SingleRead,PairedEnd",
    NumIndexCycles: 0,
    DateModified: dateModified,
    State: "Active",
    DefaultRead1Cycles: 0,
    DefaultRead2Cycles: 0,
  };
}
