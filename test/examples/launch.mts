import process from "node:process";
import { connect, LaunchPayload, LaunchSpecification } from "bsmount";

const [sessionId = "", ...args] = process.argv.slice(2);
await using basespace = await connect();
const former = await basespace.appSessions.metaData(sessionId);
const { appId = "", appName = "" } = former;
const specification = LaunchSpecification.of(former.launchInputs());
console.log("needs", specification.describeRequirements());
const payload = new LaunchPayload(specification, { source: basespace, args });
const form = await payload.form(appName);
const session = await basespace.applications.launchForm(appId, form);
console.log(session.id, session.name, session.status);
