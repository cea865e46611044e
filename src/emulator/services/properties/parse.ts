import { type Fields, lowerCaseKeys, textField } from "../../http/body.ts";
import { badRequestProblem, propertyProblem } from "../../http/problem.ts";
import type { Property } from "../../state/entity.ts";
import { type ApiVersion, propertyType } from "./types.ts";
import { type CanResolve, propertyValue } from "./values.ts";

export type NewProperty = Omit<Property, "dateModified" | "userId" | "applicationId">;

const NAME_LENGTH = { min: 2, max: 64 };

/**
 * Parses the properties of a body. All of them are checked before any is stored.
 *
 * @throws Problem 400 or 409 with a `BASESPACE.PROPERTIES.…` code
 */
export function parseProperties(
  value: unknown,
  version: ApiVersion,
  canResolve: CanResolve,
): NewProperty[] {
  if (!Array.isArray(value)) throw badRequestProblem("Properties is not a list");
  const items = value.map((item: unknown) => lowerCaseKeys(item));
  const names = items.map(nameOf);
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined) {
    throw propertyProblem("DUPLICATE_NAMES", `The property ${duplicate} occurs twice`);
  }
  return items.map((fields) => parseProperty(fields, version, canResolve));
}

function nameOf(fields: Fields): string {
  const name = textField(fields, "Name") ?? "";
  if (name.length >= NAME_LENGTH.min && name.length <= NAME_LENGTH.max) return name;
  throw propertyProblem(
    "NAME_LENGTH",
    `A property's name has ${NAME_LENGTH.min} to ${NAME_LENGTH.max} characters`,
  );
}

function parseProperty(fields: Fields, version: ApiVersion, canResolve: CanResolve): NewProperty {
  const text = textField(fields, "Type") ?? "";
  const type = propertyType(text, version);
  if (type === undefined) {
    throw propertyProblem("TYPE_INVALID", `${JSON.stringify(text)} is not a property type`);
  }
  return {
    type: type.name,
    name: nameOf(fields),
    description: textField(fields, "Description") ?? "",
    ...propertyValue(type, fields, canResolve),
  };
}
