import process from "node:process";
import { connect } from "bsmount";

const [appResultId = "", path = ""] = process.argv.slice(2);
await using basespace = await connect();
const file = await basespace.transfers.upload({ appResultId, path }, process.stdin);
console.log(file.id, file.sizeBytes);
