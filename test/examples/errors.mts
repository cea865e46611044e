import process from "node:process";
import { ApiError, BsmountError, connect } from "bsmount";

const [projectId = ""] = process.argv.slice(2);
await using basespace = await connect();
try {
  console.log((await basespace.projects.get(projectId)).name);
} catch (error) {
  if (!(error instanceof BsmountError)) throw error;
  if (error.reason === "not-found") console.log(`There is no project ${projectId}.`);
  else if (error.reason === "access-denied") console.log("The token does not allow this.");
  else console.log(error.message, error.remedy ?? "");
  if (error instanceof ApiError) console.log(`Status ${error.status}, ${error.errorCode}`);
}
