import { setFlagsFromString } from "node:v8";

/*
 * By default V8 lets the heap grow to several times what was in use at the last garbage collection. A mount runs for
 * weeks, and a listing can take some hundred MiB, so garbage should be collected sooner. V8 reads this flag at the end
 * of each collection, so it can be set at runtime.
 */
setFlagsFromString("--heap-growing-percent=70");
