import { runProcess } from "../run-process.ts";
import { runTemplate } from "./run-template.ts";

/**
 * `weir template` alone. A chart is rendered faster than the code of the other commands is loaded, so that this is a
 * program of its own.
 */
void runProcess((environment) => runTemplate(process.argv.slice(3), environment));
