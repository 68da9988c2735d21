import { type JsonValue, writeJson } from "@weir/core";
import { unifiedDiff } from "./diff-lines.ts";
import { changedFields } from "./diff-objects.ts";
import { type RenderedObject, withoutSecrets } from "./rendered-objects.ts";

/** One object on both sides; `undefined` where a side lacks it. */
export interface ObjectPair {
  readonly before: RenderedObject | undefined;
  readonly after: RenderedObject | undefined;
}

/** The pair as it may be shown. */
export function hideSecrets({ before, after }: ObjectPair, showsSecrets: boolean): ObjectPair {
  if (showsSecrets) return { before, after };
  return {
    before: before && withoutSecrets(before, after, "before"),
    after: after && withoutSecrets(after, before, "after"),
  };
}

/** The lines that differ; nothing where none does. */
export function shownLines(id: string, { before, after }: ObjectPair): string {
  const diff = unifiedDiff(before?.text ?? "", after?.text ?? "");
  return diff === ""
    ? ""
    : `--- ${before === undefined ? "none" : id}\n+++ ${after === undefined ? "none" : id}\n${diff}`;
}

/** The fields that differ; nothing where none does. */
export function shownFields(id: string, { before, after }: ObjectPair): string {
  if (before === undefined) return `+ ${id}\n`;
  if (after === undefined) return `- ${id}\n`;
  const changes = changedFields(before.object, after.object);
  if (changes.length === 0) return "";
  const lines = changes.map(
    ({ path, ...values }) => `    ${path}: ${shown(values.before)} → ${shown(values.after)}\n`,
  );
  return `~ ${id}\n${lines.join("")}`;
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? "none" : writeJson(value);
}
