import { findTool } from "@weir/testkit";
import { runProcess } from "./run-process.ts";

/** The real kubectl, or why there is none. */
export type Kubectl =
  | { readonly kind: "found"; readonly path: string; readonly version: string }
  | { readonly kind: "absent"; readonly reason: string };

/** Finds kubectl, downloading it where that has not been done, and asks it for its version. */
export async function findKubectl(): Promise<Kubectl> {
  const found = await findTool("kubectl");
  if (found.kind === "absent") return found;
  const args = ["version", "--client", "--output=json"];
  const { stdout } = await runProcess({ program: found.path, args });
  return { ...found, version: versionOf(stdout.toString("utf8")) };
}

function versionOf(text: string): string {
  const { clientVersion, kustomizeVersion } = JSON.parse(text) as {
    readonly clientVersion: { readonly gitVersion: string };
    readonly kustomizeVersion: string;
  };
  return `${clientVersion.gitVersion} with Kustomize ${kustomizeVersion}`;
}
