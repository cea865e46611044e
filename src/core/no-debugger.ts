import process from "node:process";

/*
 * At SIGUSR1 Node opens its debugger on 127.0.0.1:9229, where every user of the machine could read the memory of this
 * process, tokens included, and run code in it. A listener replaces that; Node 20 has no option for it. The listener is
 * never removed, since without one the signal would end the process.
 */
process.on("SIGUSR1", () => {});
