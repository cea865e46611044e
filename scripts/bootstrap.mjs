/**
 * Makes a fresh clone ready: `node scripts/bootstrap.mjs demo|test|bench`.
 *
 * First the system packages that are missing, then the npm packages, then dist/. System packages come
 * first because programs among the npm packages look for them. A second run finds everything in place
 * and takes a fraction of a second. Plain JavaScript and no package: nothing is installed yet when this
 * starts. The parts are loaded only after the Node version is known to be able to read them.
 */
const needed = [20, 19];
const running = process.versions.node.split(".").map(Number);

if (running[0] < needed[0] || (running[0] === needed[0] && running[1] < needed[1])) {
  console.error(
    `bsmount needs Node ${needed.join(".")} or newer; this is ${process.version} (${process.execPath}).`,
  );
  process.exit(1);
}

const { bootstrap } = await import("./bootstrap/main.mjs");
process.exitCode = await bootstrap(process.argv[2]);
