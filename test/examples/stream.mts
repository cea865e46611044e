import { createWriteStream } from "node:fs";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { connect } from "bsmount";

const [fileId = "", target = ""] = process.argv.slice(2);
await using basespace = await connect();
const content = basespace.transfers.download.stream(fileId);
await pipeline(content, createGunzip(), createWriteStream(target));
