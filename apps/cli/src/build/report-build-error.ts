import { isAbsolute, relative } from "node:path";
import { describeError } from "@weir/core";
import { KustomizeError } from "@weir/kustomize";
import { YamlError } from "@weir/yaml";

/** What standard error is told of a failed build. */
export interface ErrorReport {
  readonly warnings: readonly string[];
  /** The error in kustomize's words, then where it is and what to do, a line each. */
  readonly lines: readonly string[];
}

/** Words an error as kustomize does, with the place in the file and the way out below it. */
export function reportBuildError(error: unknown, workingDirectory: string): ErrorReport {
  if (!(error instanceof KustomizeError)) {
    return { warnings: [], lines: [`error: ${withoutSecrets(describeError(error))}`] };
  }
  const place = placeOf(error, workingDirectory);
  return {
    warnings: error.warnings,
    lines: [
      `error: ${withoutSecrets(error.message).replace(/\n$/, "")}`,
      ...(place === undefined ? [] : [place]),
      ...(isRefusedRemote(error) ? ["remote bases and files are fetched with --remote-bases"] : []),
    ],
  };
}

/** `in deploy/app.yaml, line 3, column 2`; kustomize itself tells a line only, and that of the block around it. */
function placeOf(error: KustomizeError, workingDirectory: string): string | undefined {
  let cause: unknown = error;
  while (cause instanceof KustomizeError) cause = cause.cause;
  const yaml = cause instanceof YamlError ? cause : undefined;
  const line = yaml?.line ?? error.line;
  const parts = [
    ...(error.file === undefined ? [] : [shown(error.file, workingDirectory)]),
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(yaml?.column === undefined ? [] : [`column ${yaml.column}`]),
  ];
  return parts.length === 0 ? undefined : `in ${parts.join(", ")}`;
}

function shown(file: string, workingDirectory: string): string {
  if (/^[a-z]+:\/\//i.test(file)) return file;
  const absolute = isAbsolute(file) ? file : `/${file}`;
  const path = relative(workingDirectory, absolute);
  return path.startsWith("..") ? absolute : path;
}

function isRefusedRemote(error: KustomizeError): boolean {
  return error.remote !== undefined && error.message.includes("is not allowed");
}

/** URLs are shown as they are written, but never with a password. */
function withoutSecrets(text: string): string {
  return text.replace(/(https?:\/+)[^/@\s'"]+@/gi, "$1***@");
}
