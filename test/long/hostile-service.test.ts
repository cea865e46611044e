import { hostileSuite } from "../helpers/hostile-suite.ts";
import { COMMANDS } from "../helpers/hostile-world.ts";

hostileSuite([...Object.keys(COMMANDS), "mount"], { withSlow: true });
