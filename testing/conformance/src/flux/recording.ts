import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject, JsonValue } from "@weir/core";

/** A scenario as it was recorded from Flux's controllers. */
export interface Recording {
  readonly id: string;
  /** The flags that the controllers ran with. */
  readonly profile: string;
  readonly namespace: string;
  readonly steps: readonly RecordedStep[];
  /** What was there at each step that takes a snapshot. */
  readonly observed: readonly ObservedObjects[];
  readonly transitions: readonly RecordedTransition[];
  readonly events: readonly RecordedEvent[];
  readonly managedObjects: readonly ManagedObjects[];
}

/** One action of a scenario; fields beside `action` as the README of the recordings describes them. */
export type RecordedStep =
  | {
      readonly action: "apply";
      readonly objects: readonly JsonObject[];
      readonly result?: readonly RefusedApply[];
    }
  | {
      readonly action: "gitCommit";
      readonly repo: string;
      readonly branch: string;
      readonly message: string;
      readonly tag: string | null;
      readonly remove: readonly string[];
      readonly files: Readonly<Record<string, string>>;
      readonly authorDate: string;
      readonly commit: string;
    }
  | {
      readonly action: "annotate" | "patch";
      readonly object: string;
      readonly mergePatch: JsonObject;
    }
  | { readonly action: "patchStatus"; readonly object: string; readonly status: JsonObject }
  | { readonly action: "delete"; readonly object: string }
  | { readonly action: "createNamespace"; readonly name: string }
  | WaitStep
  | { readonly action: "sleep"; readonly seconds: number }
  | { readonly action: "snapshot"; readonly label: string }
  | { readonly action: "deleteCRD"; readonly name: string }
  | { readonly action: "shell"; readonly command: string }
  | { readonly action: "http" | "pushImage" | "deleteTags" | "gitHook" | "note" };

/** Waits for an object; every field that is there must hold. */
export interface WaitStep {
  readonly action: "waitFor";
  readonly object: string;
  readonly ready?: string;
  readonly reason?: string;
  readonly messageContains?: string;
  readonly lastHandledReconcileAt?: string;
  readonly gone?: boolean;
  /** Whether there is a Stalled condition that is true. */
  readonly stalled?: boolean;
  /** Something more that the recording does not spell out. */
  readonly predicate?: string;
}

/** An object that the API refused. */
export interface RefusedApply {
  readonly object: string;
  readonly httpStatus: number;
  readonly message: string;
}

/** The Flux objects at one step, counted from 1. */
export interface ObservedObjects {
  readonly step: number;
  readonly label: string;
  readonly objects: readonly JsonObject[];
  /** The records of Helm's releases: name, type, labels, annotations, and which keys they have. */
  readonly releaseSecrets?: readonly JsonObject[];
}

/** What a watch saw of an object: only what changed. */
export interface RecordedTransition {
  readonly step: number;
  readonly object: string;
  readonly event: "ADDED" | "MODIFIED" | "DELETED";
  readonly changed?: readonly JsonObject[];
  readonly removed?: readonly string[];
  readonly finalizers?: readonly string[];
  readonly deleting?: boolean;
}

/** An event as it arrived; a repeat is another one with a higher count. */
export interface RecordedEvent {
  readonly object: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly annotations: Readonly<Record<string, string>> | null;
}

/** Objects that Flux applied, at one step. */
export interface ManagedObjects {
  readonly step: number;
  readonly objects: readonly { readonly object: string; readonly found: JsonValue }[];
}

/** Reads the scenarios whose id has a word behind its number (`git`, `ks`), in the order of their numbers. */
export function readRecordings(corpus: string, word: string): readonly Recording[] {
  const folder = join(corpus, "flux/scenarios");
  return readdirSync(folder)
    .filter((file) => new RegExp(`^\\d+-${word}-.*\\.json$`).test(file))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Recording);
}
