export { matchGoPath } from "./match-go-path.ts";
