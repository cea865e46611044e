import { hostileSuite } from "../helpers/hostile-suite.ts";

/* The short form of `../long/hostile-service.test.ts`. */
hostileSuite(["ls --json", "cp down"], { withSlow: false });
