import type { HelmRelease } from "@weir/api";
import type {
  ChartCrd,
  CrdRequest,
  InstallRequest,
  RenderRelease,
  RollbackRequest,
  ServerSideApplyMode,
  TestRequest,
  UninstallRequest,
  UpgradeRequest,
  WaitStrategy,
} from "@weir/helm";
import { originLabelsOf } from "../render/post-renderers.ts";
import type { ResolvedOptions } from "../settings/controller-options.ts";
import {
  maxHistoryOf,
  preservesValues,
  releaseNameOf,
  releaseNamespaceOf,
  timeoutMsOf,
} from "../settings/release-settings.ts";

type Spec = HelmRelease["spec"];
type Options = Pick<ResolvedOptions, "useHelm3Defaults">;

/** What an action renders and which definitions it brings. */
export interface ReleaseContent {
  readonly render: RenderRelease;
  readonly crds: readonly ChartCrd[];
}

/** How a HelmRelease is installed, in the words of the engine. */
export function installRequestOf(
  release: HelmRelease,
  { render, crds }: ReleaseContent,
  options: Options,
): InstallRequest {
  const { spec } = release;
  const { install = {} } = spec;
  const serverSideApply = install.serverSideApply ?? !options.useHelm3Defaults;
  const isElsewhere = (spec.targetNamespace ?? "") !== "";
  const waitStrategy = waitStrategyOf(spec, install.disableWait, options);
  return {
    name: releaseNameOf(release),
    namespace: releaseNamespaceOf(release),
    render,
    ...crdRequestOf(release, { policy: install.crds, files: crds, waitStrategy }),
    serverSideApply,
    forceConflicts: serverSideApply,
    takeOwnership: install.disableTakeOwnership !== true,
    createNamespace: isElsewhere && install.createNamespace === true,
    replace: install.replace === true,
    disableHooks: install.disableHooks === true,
    waitStrategy,
    waitForJobs: install.disableWaitForJobs !== true,
    timeoutMs: timeoutMsOf(spec, "install"),
  };
}

/** How a HelmRelease is upgraded. */
export function upgradeRequestOf(
  release: HelmRelease,
  { render, crds }: ReleaseContent,
  options: Options,
): UpgradeRequest {
  const { spec } = release;
  const { upgrade = {} } = spec;
  const waitStrategy = waitStrategyOf(spec, upgrade.disableWait, options);
  return {
    name: releaseNameOf(release),
    render,
    ...crdRequestOf(release, { policy: upgrade.crds, files: crds, waitStrategy }),
    reuseValues: preservesValues(release) ? "all" : "none",
    serverSideApply: applyModeOf(upgrade.serverSideApply),
    // Wherever the server applies; otherwise objects may be replaced.
    forceConflicts: true,
    forceReplace: upgrade.force === true,
    takeOwnership: upgrade.disableTakeOwnership !== true,
    disableHooks: upgrade.disableHooks === true,
    cleanupOnFail: upgrade.cleanupOnFail === true,
    maxHistory: maxHistoryOf(spec),
    waitStrategy,
    waitForJobs: upgrade.disableWaitForJobs !== true,
    timeoutMs: timeoutMsOf(spec, "upgrade"),
  };
}

/** How a HelmRelease is rolled back to a revision. */
export function rollbackRequestOf(release: HelmRelease, version: number, options: Options): RollbackRequest {
  const { spec } = release;
  const { rollback = {} } = spec;
  return {
    name: releaseNameOf(release),
    version,
    serverSideApply: applyModeOf(rollback.serverSideApply),
    forceConflicts: true,
    forceReplace: rollback.force === true,
    disableHooks: rollback.disableHooks === true,
    cleanupOnFail: rollback.cleanupOnFail === true,
    maxHistory: maxHistoryOf(spec),
    waitStrategy: waitStrategyOf(spec, rollback.disableWait, options),
    waitForJobs: rollback.disableWaitForJobs !== true,
    timeoutMs: timeoutMsOf(spec, "rollback"),
  };
}

/** How a release is uninstalled; its name is that of the revision that is remembered. */
export function uninstallRequestOf({ spec }: HelmRelease, name: string, options: Options): UninstallRequest {
  const { uninstall } = spec;
  return {
    name,
    disableHooks: uninstall?.disableHooks === true,
    keepHistory: uninstall?.keepHistory === true,
    deletionPropagation: uninstall?.deletionPropagation ?? "background",
    waitStrategy: waitStrategyOf(spec, uninstall?.disableWait, options),
    timeoutMs: timeoutMsOf(spec, "uninstall"),
  };
}

/** Which tests of a release are run. */
export function testRequestOf(release: HelmRelease): TestRequest {
  const filters = release.spec.test?.filters ?? [];
  const include = filters.filter(({ exclude }) => exclude !== true).map(({ name }) => name);
  const exclude = filters.filter((filter) => filter.exclude === true).map(({ name }) => name);
  return {
    name: releaseNameOf(release),
    timeoutMs: timeoutMsOf(release.spec, "test"),
    ...(include.length === 0 ? {} : { include }),
    ...(exclude.length === 0 ? {} : { exclude }),
  };
}

/** How health is waited for: not at all but for hooks where the action says so. */
function waitStrategyOf(
  { waitStrategy }: Spec,
  isDisabled: boolean | undefined,
  { useHelm3Defaults }: Options,
): WaitStrategy {
  if (isDisabled === true) return "hookOnly";
  return waitStrategy?.name ?? (useHelm3Defaults ? "legacy" : "poller");
}

function applyModeOf(mode: "enabled" | "disabled" | "auto" | undefined): ServerSideApplyMode {
  if (mode === "enabled") return "true";
  return mode === "disabled" ? "false" : "auto";
}

interface CrdSettings {
  readonly policy: CrdRequest["policy"] | undefined;
  readonly files: readonly ChartCrd[];
  readonly waitStrategy: WaitStrategy;
}

function crdRequestOf(
  release: HelmRelease,
  { policy = "Create", files, waitStrategy }: CrdSettings,
): { readonly crds?: CrdRequest } {
  if (files.length === 0) return {};
  return { crds: { policy, files, labels: originLabelsOf(release), waitStrategy } };
}
