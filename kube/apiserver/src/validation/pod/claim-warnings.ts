import type { JsonObject } from "@weir/core";
import { child } from "../../resources/draft-access.ts";
import { fractionWarnings } from "./fraction-warnings.ts";

/** What a client should hear of what a claim asks for. */
export function claimWarnings(spec: JsonObject, field: string): readonly string[] {
  const resources = child(spec, "resources");
  return ["requests", "limits"].flatMap((list) =>
    fractionWarnings(child(resources, list), `${field}.resources.${list}`, ["storage"]),
  );
}
