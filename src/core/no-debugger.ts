import process from "node:process";

/*
 * Node answers SIGUSR1 by opening its debugger on 127.0.0.1:9229, where every user of the machine may read
 * this process's memory, tokens included, and run code in it. A listener takes the place of that; Node 20
 * has no option for it. The listener stays for good: without one the signal would end the process.
 */
process.on("SIGUSR1", () => {});
