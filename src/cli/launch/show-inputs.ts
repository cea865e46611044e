import { describeInput } from "../../api/launch/describe-inputs.ts";
import type { LaunchSpecification } from "../../api/launch/launch-specification.ts";
import { printable } from "../../core/terminal-text.ts";
import { printJson, printLine, table } from "../output.ts";
import type { App } from "./find-app.ts";
import type { FormerSession } from "./find-former-session.ts";

/** What an app takes: its arguments in order, then its options with their values. */
export function showInputs(
  app: App,
  former: FormerSession,
  specification: LaunchSpecification,
): void {
  printLine(`${printable(app.name)} (${app.id}), as session ${former.id} shows it`);
  const needed = specification.minimumRequirements();
  printLine(needed.length === 0 ? "It takes no arguments." : "Its arguments, in this order:");
  for (const name of needed) {
    printLine(`  ${printable(describeInput(name, specification.property(name)))}`);
  }
  const rows = specification.optionRows();
  if (rows.length === 0) return;
  printLine("Its options (-o NAME=VALUE) and their values:");
  const lines = rows.map((row) => row.map((cell) => printable(cell)));
  for (const line of table(lines, new Set())) printLine(`  ${line}`);
}

/** As {@link showInputs}, for programs. */
export function printInputs(
  app: App,
  former: FormerSession,
  specification: LaunchSpecification,
): void {
  const needed = new Set(specification.minimumRequirements());
  const inputs = specification.variables().map((name) => {
    const { type, columns } = specification.property(name);
    return {
      name,
      type,
      columns,
      required: needed.has(name),
      value: specification.defaults.get(name),
    };
  });
  printJson({ application: { id: app.id, name: app.name }, from: former.id, inputs });
}
