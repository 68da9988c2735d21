// bundle-program.ts SOURCE FOLDER: writes FOLDER/dist of a program as `npm run build` writes that of the command.
import { relative, resolve } from "node:path";
import { bundleProgram } from "./packaging/bundle.ts";

const [, , source = "", folder = ""] = process.argv;
const root = resolve(import.meta.dirname, "..");
await bundleProgram(root, relative(root, resolve(folder)), resolve(source));
