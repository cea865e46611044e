import { textsFilter } from "../../paging/list-parameters.ts";

/** Filters that several lists of v2 have. */
export const INCLUDED = {
  /** What is sent with each item, such as `properties`. */
  include: textsFilter("include"),
  /** The names of the properties that are sent. */
  propertyFilters: textsFilter("propertyfilters"),
};
