import { utf8Text } from "@weir/text";

import { trimSpace } from "../manifests/go-space.ts";
import type { RenderedChart } from "./render-chart.ts";

/** What of a rendered chart is printed. */
export interface TemplateTextOptions {
  readonly includeCrds?: boolean | undefined;
  readonly noHooks?: boolean | undefined;
  /** Leaves out the hooks that are tests. */
  readonly skipTests?: boolean | undefined;
}

/** The manifest of a release: what Helm keeps of it and what an upgrade is compared with. Hooks are no part of it. */
export function releaseManifest({ crds, manifests }: RenderedChart, includeCrds = false): string {
  const definitions = includeCrds
    ? crds.map(({ fullPath, data }) => withSource(fullPath, utf8Text(data)))
    : [];
  return [...definitions, ...manifests.map(({ path, content }) => withSource(path, content))].join("");
}

/** What `helm template` prints. */
export function templateText(rendered: RenderedChart, options: TemplateTextOptions = {}): string {
  const { includeCrds = false, noHooks = false, skipTests = false } = options;
  const shown = rendered.hooks.filter(({ events }) => !noHooks && !(skipTests && events.includes("test")));
  const hooks = shown.map(({ path, manifest }) => withSource(path, manifest));
  return `${trimSpace(releaseManifest(rendered, includeCrds))}\n${hooks.join("")}`;
}

/** A document under a comment that says where it comes from. */
export function withSource(path: string, content: string): string {
  return `---\n# Source: ${path}\n${content}\n`;
}
