import { readyLine } from "../../src/emulator/ready-line.ts";
import { startEmulator } from "../../src/emulator/start-emulator.ts";

/** Runs an emulator with the data folder of the first argument until it is killed. */
const emulator = await startEmulator({ dataDir: process.argv[2] ?? "" });
console.log(JSON.stringify(readyLine(emulator)));
