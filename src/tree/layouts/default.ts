/*
 * Begin here: `layouts/` has the arrangements of directories that a mount can show, each a `Layout` (`../layout.ts`).
 * There is one; `../path-tree.ts` uses it.
 */

import { type EntityCollection, collectionOf } from "../../catalog/catalog.ts";
import type { ProjectId } from "../../core/ids.ts";
import { filesFolder } from "../file-tree.ts";
import type { FixedDirectory, Layout } from "../layout.ts";
import type { CollectionDirectory, EntityDirectory, RootDirectory } from "../node.ts";

/**
 * The default tree:
 *
 *     projects/<name>/samples/<id>/files/...
 *                     samples-by-name/<name> -> ../samples/<id>
 *                     appresults/<name>/files/...
 *     runs/<name>/files/...
 */
export const defaultLayout: Layout = {
  directoriesIn: (parent) => (parent.kind === "root" ? inRoot(parent) : inEntity(parent)),
};

function inRoot(root: RootDirectory): readonly FixedDirectory[] {
  return [
    byName("projects", root, collectionOf("projects")),
    byName("runs", root, collectionOf("runs")),
  ];
}

function inEntity(directory: EntityDirectory): readonly FixedDirectory[] {
  const { kind, id } = directory.entity;
  return kind === "project" ? inProject(directory, id) : [filesIn(directory)];
}

function inProject(project: EntityDirectory, id: ProjectId): readonly FixedDirectory[] {
  const collection = collectionOf("samples", id);
  const samples: CollectionDirectory = {
    ...byName("samples", project, collection),
    naming: "id",
  };
  return [
    samples,
    { ...byName("samples-by-name", project, collection), linksInto: samples },
    byName("appresults", project, collectionOf("appresults", id)),
  ];
}

function filesIn(owner: EntityDirectory): FixedDirectory {
  return filesFolder(owner, "files");
}

function byName(
  name: string,
  parent: RootDirectory | EntityDirectory,
  collection: EntityCollection,
): CollectionDirectory {
  const fixed = { type: "directory", kind: "collection", naming: "name" } as const;
  return { ...fixed, name, parent, collection, linksInto: undefined };
}
