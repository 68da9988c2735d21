import type { Version } from "../model/version-log.ts";
import type { Subject } from "./subject.ts";
import type { Violation } from "./violation.ts";

/** Each object has a uid of its own, and its generation never falls. */
export function* checkIdentity({ log }: Subject): Generator<Violation> {
  yield* log.violations;
  const owners = new Map<string, Version>();
  for (const version of log.versions) {
    const { seen, before, key, revision } = version;
    if (seen === undefined) continue;
    const at = { key, revision };
    const isSame = before?.uid === seen.uid;
    const owner = owners.get(seen.uid);
    if (!isSame && owner !== undefined) {
      const message = `${key} has at revision ${revision} the uid ${seen.uid} of ${owner.key} at revision ${owner.revision}`;
      yield { rule: "a uid for one object", message, ...at };
    }
    owners.set(seen.uid, version);
    if (before === undefined || !isSame) continue;
    if (seen.generation < before.generation) {
      const message = `the generation of ${key} falls from ${before.generation} to ${seen.generation} at revision ${revision}`;
      yield { rule: "numbers only grow", message, ...at };
    }
    if (before.isTerminating && !seen.isTerminating) {
      yield {
        rule: "numbers only grow",
        message: `${key} is no longer being deleted at revision ${revision}`,
        ...at,
      };
    }
  }
}
