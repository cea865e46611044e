import { type Fields, lowerKeys, textField } from "../../http/body.ts";
import { badRequest, propertyProblem } from "../../http/problem.ts";
import type { Property } from "../../state/entity.ts";
import { type ApiVersion, propertyType } from "./types.ts";
import { propertyValue, type Resolves } from "./values.ts";

export type NewProperty = Omit<Property, "dateModified" | "userId" | "applicationId">;

const NAME_LENGTH = { least: 2, most: 64 };

/**
 * The properties that a body names, every one checked before any is stored.
 *
 * @throws Problem 400 or 409 with the code of section 2.5 that fits
 */
export function parseProperties(
  value: unknown,
  version: ApiVersion,
  resolves: Resolves,
): NewProperty[] {
  if (!Array.isArray(value)) throw badRequest("Properties is not a list");
  const given = value.map((item: unknown) => lowerKeys(item));
  const names = given.map(nameOf);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw propertyProblem("DUPLICATE_NAMES", `The property ${twice} is given twice`);
  }
  return given.map((fields) => parseProperty(fields, version, resolves));
}

function nameOf(fields: Fields): string {
  const name = textField(fields, "Name") ?? "";
  if (name.length >= NAME_LENGTH.least && name.length <= NAME_LENGTH.most) return name;
  throw propertyProblem(
    "NAME_LENGTH",
    `A property's name has ${NAME_LENGTH.least} to ${NAME_LENGTH.most} characters`,
  );
}

function parseProperty(fields: Fields, version: ApiVersion, resolves: Resolves): NewProperty {
  const text = textField(fields, "Type") ?? "";
  const type = propertyType(text, version);
  if (type === undefined) {
    throw propertyProblem("TYPE_INVALID", `${JSON.stringify(text)} is no type of a property`);
  }
  return {
    type: type.name,
    name: nameOf(fields),
    description: textField(fields, "Description") ?? "",
    ...propertyValue(type, fields, resolves),
  };
}
