import { loadYaml } from "@weir/yaml";
import type { KubeObject } from "@weir/objects";
import type { Hook } from "../manifests/hook.ts";
import type { ReleaseContext } from "./release-context.ts";

const PODS = { group: "", version: "v1", kind: "Pod", plural: "pods", scope: "Namespaced" } as const;
/** More than this of one container is cut off. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** Hands out what the containers of a hook printed; only Jobs and Pods print. */
export async function outputHookLogs(context: ReleaseContext, hook: Hook, namespace: string): Promise<void> {
  if (context.onHookOutput === undefined) return;
  const selector = selectorOf(hook);
  if (selector === undefined) return;
  const place = namespaceOf(hook) ?? namespace;
  const pods = await context.client.list(PODS, { namespace: place, ...selector });
  for (const pod of pods.items as readonly KubeObject[]) {
    const { containers = [] } = (pod["spec"] ?? {}) as {
      readonly containers?: readonly { readonly name: string }[];
    };
    for (const { name: container } of containers) {
      const { name = "" } = pod.metadata;
      const text = await readLog(context, { namespace: place, pod: name, container });
      context.onHookOutput({ namespace: place, pod: name, container, text });
    }
  }
}

function selectorOf({
  kind,
  name,
}: Hook): { readonly labelSelector?: string; readonly fieldSelector?: string } | undefined {
  if (kind === "Job") return { labelSelector: `job-name=${name}` };
  return kind === "Pod" ? { fieldSelector: `metadata.name=${name}` } : undefined;
}

function namespaceOf({ manifest }: Hook): string | undefined {
  const value = loadYaml(manifest) as { readonly metadata?: { readonly namespace?: string } } | null;
  const namespace = value?.metadata?.namespace;
  return namespace === "" ? undefined : namespace;
}

async function readLog(
  { client }: ReleaseContext,
  {
    namespace,
    pod,
    container,
  }: { readonly namespace: string; readonly pod: string; readonly container: string },
): Promise<string> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
  const query = new URLSearchParams({ container, limitBytes: String(MAX_OUTPUT_BYTES) });
  const answer = await client.raw(`${path}?${query.toString()}`);
  if (answer.ok) return answer.text();
  await answer.discard();
  return "";
}
