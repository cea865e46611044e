import type { LibraryIndex, Sample } from "../state/entities.ts";
import { projectCompact } from "./project.ts";
import { userCompact } from "./user.ts";
import type { Json, View } from "./view.ts";

/**
 * The library of a sample. It has the sample's name and dates, and Ids of its own: what the catalog does not give
 * is made of the sample's Id, so that it stays the same.
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
    Index1: indexOf(index1),
    Index2: indexOf(index2),
    DateModified: sample.dateCreated,
    LibraryPrep: unknownKit(sample.dateCreated),
    Project: project,
    LibraryName: sample.name,
    State: "Active",
  };
}

/** Absent, as the service leaves it out, where the library has none. */
function indexOf(index: LibraryIndex | undefined): Json | undefined {
  if (index === undefined) return undefined;
  const { id, name, sequence } = index;
  return { Id: id, Name: name, Sequence: sequence, Incompatibility: "None" };
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
