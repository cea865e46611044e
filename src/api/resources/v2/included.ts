import { type Filter, texts } from "../../paging/list-parameters.ts";

/** What v2's lists can send with each of their things. */
export interface Included {
  /** What is to come with each, e.g. `properties`. */
  readonly include?: readonly string[];
  /** Names of the properties that are to come. */
  readonly propertyFilters?: readonly string[];
}

export const INCLUDED: Readonly<Record<keyof Included, Filter>> = {
  include: texts("include"),
  propertyFilters: texts("propertyfilters"),
};
