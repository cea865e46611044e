import type { LibraryIndex, Sample } from "../state/entities.ts";
import { projectCompact } from "./project.ts";
import { userCompact } from "./user.ts";
import type { Json, View } from "./view.ts";

/**
 * The library of a sample, with the sample's name and dates. Ids that the catalog does not set are derived from the
 * sample's Id, so that they are the same at each start.
 */
export function sampleLibrary(view: View, sample: Sample): Json {
  const { id = `7${sample.id}`, biologicalSampleId = `8${sample.id}` } = sample.library ?? {};
  const { index1, index2 } = sample.library ?? {};
  const owner = userCompact(view, sample.ownerId);
  const project = projectCompact(view, view.state.need("projects", sample.projectId));
  return {
    OwnerUser: owner,
    Id: id,
    Href: `v1pre3/libraries/${id}`,
    BiologicalSample: {
      Id: biologicalSampleId,
      Href: `v1pre3/biologicalsamples/${biologicalSampleId}`,
      UserSampleId: sample.sampleId,
      NucleicAcid: "Undefined",
      Project: project,
      UserOwnedBy: owner,
      DateModified: sample.dateCreated,
    },
    Index1: indexCompact(index1),
    Index2: indexCompact(index2),
    DateModified: sample.dateCreated,
    LibraryPrep: unknownKit(sample.dateCreated),
    Project: project,
    LibraryName: sample.name,
    State: "Active",
  };
}

/** Undefined if the library has no index, as the service omits it. */
function indexCompact(index: LibraryIndex | undefined): Json | undefined {
  if (index === undefined) return undefined;
  const { id, name, sequence } = index;
  return { Id: id, Name: name, Sequence: sequence, Incompatibility: "None" };
}

/** The kit of libraries whose kit is unknown. */
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
