/*
 * Begin here: `launch/` is what `../commands/launch.ts` does. `find-app.ts` finds the app, `find-former-session.ts` the
 * session that shows its inputs; this file makes the launch of the command's arguments, and `show-inputs.ts` prints
 * what an app takes.
 */

import { LaunchPayload } from "../../api/launch/launch-payload.ts";
import type { LaunchValue } from "../../api/launch/launch-property.ts";
import type { LaunchSpecification } from "../../api/launch/launch-specification.ts";
import { BsmountError } from "../../core/errors.ts";
import type { Session } from "../../session/session.ts";
import { shownEntity } from "../shown-entity.ts";

/** Names and values that an option was given as `name=value`, one after another; see {@link namedValue}. */
export type NamedValues = ReadonlyMap<string, string>;

/** Adds `name=value` to `others`. @throws BsmountError `usage` */
export function namedValue(text: string, others: NamedValues = new Map()): NamedValues {
  const at = text.indexOf("=");
  if (at > 0) return new Map([...others, [text.slice(0, at), text.slice(at + 1)]]);
  throw new BsmountError("usage", `${JSON.stringify(text)} is not NAME=VALUE`);
}

/** What the command was given, and where entities are found. */
export interface LaunchArguments {
  readonly specification: LaunchSpecification;
  readonly args: readonly string[];
  readonly options: NamedValues;
  readonly session: Session;
  readonly signal: AbortSignal;
}

/**
 * The launch that the arguments describe. Entities are not looked up yet.
 * @throws BsmountError `usage` for more or fewer arguments than the app takes, or an unknown option
 */
export async function launchPayload(given: LaunchArguments): Promise<LaunchPayload> {
  const { specification, session, signal } = given;
  const options = new Map<string, LaunchValue>();
  for (const [name, text] of given.options) {
    const value =
      name === "LaunchName" ? text : await specification.parseArgument(name, text, { signal });
    options.set(name, value);
  }
  const names = specification.minimumRequirements().filter((name) => !options.has(name));
  const args: LaunchValue[] = [];
  for (const [at, text] of given.args.entries()) {
    const name = names[at];
    // One argument too many is refused below.
    args.push(
      name === undefined ? text : await specification.parseArgument(name, text, { signal }),
    );
  }
  return new LaunchPayload(specification, {
    source: session.client,
    args,
    options,
    signal,
    resolvePath: async (type, path) => {
      const entity = await shownEntity(path, { session, signal });
      if (entity === undefined || entity.type === type) return entity;
      throw new BsmountError("usage", `${path} is a ${entity.type}, but must be a ${type}`);
    },
  });
}
