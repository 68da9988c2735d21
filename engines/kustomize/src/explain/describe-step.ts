import type { JsonObject, JsonValue } from "@weir/core";
import { LOCAL_CONFIG, NAME_HASH, NAME_REFERENCES } from "../build.ts";
import { positionOfPath } from "../layer/field-position.ts";
import type { LoadSource, StepSource } from "../layer/observer.ts";
import { cleanPath } from "../resource/origin.ts";
import type { PathStep } from "./field-path.ts";
import { lineInText, type SourceFiles, type WrittenId } from "./source-files.ts";

/** What a step is, for people, and where it is written. */
export interface StepDescription {
  /** The file that decides the step; absent where none does. */
  readonly file?: string;
  readonly line?: number;
  readonly why: string;
}

/** What is asked about, as far as it says where to look. */
export interface Question {
  /** The object as files call it. */
  readonly id: WrittenId;
  readonly path: readonly PathStep[];
}

/** Describes the loading of an object. */
export function describeLoad(
  { file }: LoadSource,
  { id, path }: Question,
  files: SourceFiles,
): StepDescription {
  return { ...placed(file, files.lineOf(file, id, path)), why: "the object as the file has it" };
}

/** Describes a step of a kustomization; `loads` says where its configuration was loaded, if it is no field. */
export function describeStep(
  source: StepSource,
  question: Question,
  files: SourceFiles,
  configSource: LoadSource | undefined,
): StepDescription {
  const { config, field, layer } = source;
  if (config !== undefined) {
    const id = { kind: config.kind, name: config.name };
    const file = configSource?.file ?? layer;
    const line = file === layer ? lineOfField(files, layer, pathOfField(field)) : files.lineOf(file, id, []);
    return { ...placed(file, line), why: `${config.kind} ${config.name}`.trimEnd() };
  }
  const [name, index] = pathOfField(field);
  const describe = typeof name === "string" && Object.hasOwn(DESCRIBERS, name) ? DESCRIBERS[name] : undefined;
  const entry = entryOf(files.value(layer), name, index);
  const at: At = { layer, field: pathOfField(field), entry, question, files };
  return describe?.(at) ?? { ...inKustomization(at), why: FINAL_STEPS.get(field) ?? "" };
}

const FINAL_STEPS: ReadonlyMap<string, string> = new Map([
  [
    NAME_HASH,
    "a hash of the content ends the name of a generated object: other content is another name, and who uses it is rolled out again",
  ],
  [NAME_REFERENCES, "follows the object that it refers to, whose name or namespace changed"],
  [LOCAL_CONFIG, "the object is for the build only and no part of the output"],
  ["buildMetadata", "what buildMetadata asks for; values of annotations become strings"],
]);

interface At {
  readonly layer: string;
  readonly field: readonly (string | number)[];
  readonly entry: JsonValue;
  readonly question: Question;
  readonly files: SourceFiles;
}

type Describer = (at: At) => StepDescription;

const DESCRIBERS: Readonly<Record<string, Describer>> = {
  patches: (at) => describePatch(at, textAt(at.entry, "path"), textAt(at.entry, "patch")),
  patchesJson6902: (at) => describePatch(at, textAt(at.entry, "path"), textAt(at.entry, "patch")),
  patchesStrategicMerge: (at) => {
    const text = typeof at.entry === "string" ? at.entry : "";
    return at.files.text(beside(at.layer, text)) === undefined
      ? describePatch(at, "", text)
      : describePatch(at, text, "");
  },
  configMapGenerator: describeGenerator,
  secretGenerator: describeGenerator,
  replacements: (at) => {
    const path = textAt(at.entry, "path");
    const why = replacementText(objectOf(at.entry));
    return path === "" ? { ...inKustomization(at), why } : { file: beside(at.layer, path), why };
  },
  images: (at) => ({ ...inKustomization(at), why: `the image ${textAt(at.entry, "name")}` }),
  replicas: (at) => ({
    ...inKustomization(at),
    why: `the number of replicas of ${textAt(at.entry, "name")}`,
  }),
  namePrefix: (at) => ({ ...inKustomization(at), why: `${shown(at)} begins every name` }),
  nameSuffix: (at) => ({ ...inKustomization(at), why: `${shown(at)} ends every name` }),
  namespace: (at) => ({ ...inKustomization(at), why: `${shown(at)} is the namespace of all that has one` }),
  labels: (at) => ({ ...inKustomization(at, ["pairs", keyOf(at)]), why: "labels for every object" }),
  commonLabels: (at) => ({
    ...inKustomization(at, [keyOf(at)]),
    why: "labels for every object, its selectors and its pods",
  }),
  commonAnnotations: (at) => ({
    ...inKustomization(at, [keyOf(at)]),
    why: "annotations for every object and its pods",
  }),
  vars: (at) => ({ ...inKustomization(at), why: "the values of variables $(NAME)" }),
};

function shown({ entry }: At): string {
  return JSON.stringify(typeof entry === "string" ? entry : "");
}

/** The key of a label or an annotation that is asked about. */
function keyOf({ question }: At): string {
  const last = question.path.at(-1);
  return last?.kind === "key" ? last.name : "";
}

function describePatch(at: At, path: string, inline: string): StepDescription {
  const { layer, question, files } = at;
  const why = patchText(objectOf(at.entry), path === "" ? inline : (files.text(beside(layer, path)) ?? ""));
  if (path !== "") {
    const file = beside(layer, path);
    return { ...placed(file, files.lineOf(file, question.id, question.path)), why };
  }
  const field = typeof at.entry === "string" ? at.field : [...at.field, "patch"];
  const key = lineOfField(files, layer, field);
  const first = key === undefined ? undefined : lineOfBlock(files.text(layer) ?? "", key);
  const inside = lineInText(inline, question.id, question.path);
  const line = first === undefined || inside === undefined ? key : first + inside - 1;
  return { ...placed(layer, line), why };
}

function patchText(entry: JsonObject, text: string): string {
  const isOperations = /^\s*[-[]/.test(text.replace(/^(?:\s*#[^\n]*\n|---[^\n]*\n)+/, ""));
  const what = isOperations ? "a JSON patch" : "a strategic merge patch";
  const target = objectOf(entry["target"]);
  const words = Object.entries(target).map(([key, value]) => `${key} ${String(value)}`);
  return words.length === 0 ? what : `${what} for all with ${words.join(", ")}`;
}

/** The first line of the text of a block scalar whose key is in a line; undefined where the text is none. */
function lineOfBlock(text: string, keyLine: number): number | undefined {
  const line = text.split("\n")[keyLine - 1] ?? "";
  return /\|[-+0-9]*\s*(?:#.*)?$/.test(line.trimEnd()) ? keyLine + 1 : undefined;
}

function replacementText(entry: JsonObject): string {
  const { sourceValue } = entry;
  if (sourceValue !== undefined) return "a replacement by a value of its own";
  const source = objectOf(entry["source"]);
  const [kind, name, path] = ["kind", "name", "fieldPath"].map((key) => textAt(source, key));
  if (kind === "" && name === "") return "a replacement";
  return `a replacement by ${path || "metadata.name"} of ${kind}/${name}`;
}

/** A generator; a key of its data is looked for in the literals and files that it is made of. */
function describeGenerator(at: At): StepDescription {
  const entry = objectOf(at.entry);
  const behavior = textAt(entry, "behavior");
  const why = behavior === "" || behavior === "create" ? "generated" : `generated, behavior ${behavior}`;
  const [section, key] = at.question.path;
  const isData = section?.kind === "key" && ["data", "binaryData"].includes(section.name);
  const found = isData && key?.kind === "key" ? sourceOfKey(at, entry, key.name) : undefined;
  return { ...(found ?? inKustomization(at)), why };
}

function sourceOfKey(at: At, entry: JsonObject, key: string): Omit<StepDescription, "why"> | undefined {
  const literal = textsOf(entry["literals"]).findIndex((text) => text.startsWith(`${key}=`));
  if (literal >= 0) return inKustomization(at, ["literals", literal]);
  for (const text of textsOf(entry["files"])) {
    const [name = "", path = name] = text.split("=", 2);
    const isKey = text.includes("=") ? name === key : path.slice(path.lastIndexOf("/") + 1) === key;
    if (isKey) return { file: beside(at.layer, path), line: 1 };
  }
  const environments = [...textsOf(entry["envs"]), textAt(entry, "env")].filter((path) => path !== "");
  for (const path of environments) {
    const file = beside(at.layer, path);
    const lines = at.files.text(file)?.split("\n") ?? [];
    const line = lines.findIndex((own) => own.trimStart().startsWith(`${key}=`));
    if (line >= 0) return { file, line: line + 1 };
  }
  return undefined;
}

function inKustomization(
  { files, layer, field }: At,
  below: readonly (string | number)[] = [],
): Omit<StepDescription, "why"> {
  const exact = below.length === 0 ? undefined : lineOfField(files, layer, [...field, ...below]);
  return placed(layer, exact ?? lineOfField(files, layer, field));
}

function lineOfField(
  files: SourceFiles,
  layer: string,
  field: readonly (string | number)[],
): number | undefined {
  const text = files.text(layer);
  return text === undefined ? undefined : positionOfPath(text, field)?.line;
}

function placed(file: string, line: number | undefined): Omit<StepDescription, "why"> {
  return line === undefined ? { file } : { file, line };
}

/** Splits `patches[2]` into its name and its index. */
function pathOfField(field: string): readonly (string | number)[] {
  const match = /^(\w+)(?:\[(\d+)\])?$/.exec(field);
  if (match === null) return [];
  const [, name = "", index] = match;
  return index === undefined ? [name] : [name, Number(index)];
}

function entryOf(
  kustomization: JsonValue,
  name: string | number | undefined,
  index: string | number | undefined,
): JsonValue {
  const lower = String(name).toLowerCase();
  const [, value = null] =
    Object.entries(objectOf(kustomization)).findLast(([key]) => key.toLowerCase() === lower) ?? [];
  if (typeof index !== "number") return value;
  return (Array.isArray(value) ? (value[index] as JsonValue | undefined) : undefined) ?? null;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};
}

function textAt(value: JsonValue, key: string): string {
  const object = objectOf(value);
  const text = Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof text === "string" ? text : "";
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** A path that a kustomization file names, from the root of the tree. */
function beside(layer: string, path: string): string {
  const directory = layer.slice(0, Math.max(0, layer.lastIndexOf("/")));
  return cleanPath(`${directory}/${path}`.replace(/^\//, ""));
}
