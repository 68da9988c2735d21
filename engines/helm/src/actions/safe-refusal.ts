import { KubeApiError } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { ReleaseActionError } from "./action-error.ts";

const MASK = "***";
/** Shorter values are part of many words. */
const SHORTEST = 4;

/** What the API server said of an object, without what it quotes of a Secret. */
export function safeRefusal({ kind, ...object }: KubeObject, error: unknown): unknown {
  if (kind !== "Secret" || !(error instanceof KubeApiError)) return error;
  // How structured merge prints a value of a wrong type.
  let text = error.message.replaceAll(/(&value\.valueUnstructured\{)[^\n]*/g, `$1${MASK}}`);
  for (const value of valuesOf(object)) text = text.replaceAll(value, MASK);
  return text === error.message ? error : new ReleaseActionError(text);
}

function valuesOf(secret: Omit<KubeObject, "kind">): readonly string[] {
  const maps = [secret["data"], secret["stringData"]].filter(
    (map) => typeof map === "object" && map !== null,
  );
  const texts = maps.flatMap((map) => Object.values(map as object)).map(String);
  return texts.filter((text) => text.length >= SHORTEST).sort((left, right) => right.length - left.length);
}
