export { type CaseResult, type Suite } from "./suite.ts";
