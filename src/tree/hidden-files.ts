import { type MaybePromise, andThen } from "../core/maybe-promise.ts";
import type { Catalog, Entity } from "../catalog/catalog.ts";
import {
  type CollectionDirectory,
  type EntityDirectory,
  type GeneratedFile,
  type HiddenName,
  dateOf,
} from "./node.ts";

/*
 * The hidden files that describe a directory. They are found by lookup and not listed, so that `find`, `rsync` and
 * `cp -r` neither fetch nor copy them. Each is text that ends with a newline: people `cat` them, and Illumina's helper
 * for mounted directories strips the text that it reads. `.type` is plural, because that helper removes its last letter.
 */

const OF_ENTITIES: readonly HiddenName[] = [".id", ".name", ".type", ".href", ".json"];
const OF_COLLECTIONS: readonly HiddenName[] = [".json"];

/** Names that no entity gets, because the directories use them themselves. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([...OF_ENTITIES, ".bsmount"]);

/** The bytes of a generated file, and its date in milliseconds since 1970. */
export interface GeneratedContent {
  readonly bytes: Uint8Array;
  readonly dateMs: number;
}

export function hiddenFiles(
  parent: EntityDirectory | CollectionDirectory,
): readonly GeneratedFile[] {
  return hiddenNames(parent).map((name) => generatedFile(parent, name));
}

export function hiddenFile(
  parent: EntityDirectory | CollectionDirectory,
  name: string,
): GeneratedFile | undefined {
  const found = hiddenNames(parent).find((hidden) => hidden === name);
  return found === undefined ? undefined : generatedFile(parent, found);
}

/** A generated file of an entity or a collection. */
export interface HiddenFile {
  readonly parent: EntityDirectory | CollectionDirectory;
  readonly name: HiddenName;
}

/** Renders `file`. Only `.json` needs the catalog. */
export function renderHiddenFile(
  { parent, name }: HiddenFile,
  catalog: Catalog,
  signal: AbortSignal,
): MaybePromise<GeneratedContent> {
  if (parent.kind === "collection") {
    return andThen(catalog.entities(parent.collection, signal), renderListing);
  }
  const { entity } = parent;
  if (name !== ".json") return content(`${TEXTS[name](entity)}\n`, dateOf(entity));
  const single = catalog.entity(entity.kind, entity.id, signal);
  return andThen(single, (single) => content(toJson(single.raw), dateOf(single)));
}

const TEXTS: Readonly<Record<Exclude<HiddenName, ".json">, (entity: Entity) => string>> = {
  ".id": ({ id }) => id,
  ".name": ({ name }) => name,
  ".type": ({ kind }) => `${kind}s`,
  ".href": ({ href }) => href,
};

/** A directory of links has none: the directory that the links lead to has them. */
function hiddenNames(parent: EntityDirectory | CollectionDirectory): readonly HiddenName[] {
  if (parent.kind === "entity") return OF_ENTITIES;
  return parent.linksInto === undefined ? OF_COLLECTIONS : [];
}

function generatedFile(
  parent: EntityDirectory | CollectionDirectory,
  name: HiddenName,
): GeneratedFile {
  return { type: "file", kind: "generated", name, parent };
}

function renderListing(entities: readonly Entity[]): GeneratedContent {
  const newest = entities.reduce((newest, entity) => Math.max(newest, dateOf(entity)), 0);
  return content(toJson(entities.map(({ raw }) => raw)), newest);
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function content(text: string, dateMs: number): GeneratedContent {
  return { bytes: Buffer.from(text), dateMs };
}
