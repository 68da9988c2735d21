import { findTool, type ToolName } from "@weir/testkit";
import { openApiserverTarget } from "./apiserver/target.ts";
import type { FuzzTarget, NamedTarget, OpenedTarget } from "./fuzz-target.ts";
import { helmTarget } from "./helm/target.ts";
import { kustomizeTarget } from "./kustomize/target.ts";

/** What can be fuzzed, by name. */
export const TARGETS: readonly NamedTarget[] = [
  { name: "kustomize", open: () => openWith("kubectl", kustomizeTarget) },
  { name: "helm", open: () => openWith("helm", helmTarget) },
  { name: "apiserver", open: openApiserverTarget },
];

/** A target whose real program is run anew for each case. */
async function openWith(name: ToolName, target: FuzzTarget): Promise<OpenedTarget> {
  const tool = await findTool(name);
  if (tool.kind === "absent") return tool;
  return { kind: "open", bench: { target, tool: tool.path }, [Symbol.asyncDispose]: async () => {} };
}
