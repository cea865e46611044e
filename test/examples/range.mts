import process from "node:process";
import { connect } from "bsmount";

const [fileId = ""] = process.argv.slice(2);
await using basespace = await connect();
const range = { start: 0, end: 18 }; // the end is exclusive
const bytes = await basespace.transfers.download.read(fileId, { range });
console.log(Buffer.from(bytes).toString("hex"));
