import type { BioSample, Library } from "../../state/v2-entities.ts";
import { unknownKit } from "../library.ts";
import { type Json, type View, withExtra } from "../view.ts";
import { v2Href } from "./href.ts";
import { projectV2 } from "./project.ts";
import { userV2 } from "./user.ts";

export function bioSampleV2(view: View, bioSample: BioSample): Json {
  return withExtra(bioSample, {
    Id: bioSample.id,
    Href: v2Href(view, "biosamples", bioSample.id),
    UserOwnedBy: userV2(view, bioSample.ownerId),
    BioSampleName: bioSample.name,
    DefaultProject: projectV2(view, view.state.need("projects", bioSample.defaultProjectId)),
    DateModified: bioSample.dateModified,
    DateCreated: bioSample.dateCreated,
    Status: bioSample.status,
    LabStatus: bioSample.labStatus,
  });
}

export function libraryV2(view: View, library: Library): Json {
  return withExtra(library, {
    Id: library.id,
    Href: v2Href(view, "libraries", library.id),
    Name: library.name,
    DateCreated: library.dateCreated,
    DateModified: library.dateModified,
    Status: library.status,
    BioSample: bioSampleV2(view, view.state.need("biosamples", library.bioSampleId)),
    LibraryPrep: unknownKit(library.dateModified),
    Project: projectV2(view, view.state.need("projects", library.projectId)),
    Biomolecule: "Undefined",
    UserOwnedBy: userV2(view, library.ownerId),
  });
}
