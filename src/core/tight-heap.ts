import { setFlagsFromString } from "node:v8";

/*
 * By itself V8 lets the heap grow to several times what was in use when it last collected. A mount lives for weeks,
 * and its heap changes by a listing of some hundred MiB: what is over is to be found soon. V8 reads this at the end
 * of each collection, so that it can be set while the program runs.
 */
setFlagsFromString("--heap-growing-percent=70");
