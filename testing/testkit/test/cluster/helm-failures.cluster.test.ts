import { randomBytes } from "node:crypto";
import { describeError, systemClock } from "@weir/core";
import {
  createReleaseStore,
  installRelease,
  type ReleaseContext,
  rollbackRelease,
  uninstallRelease,
  upgradeRelease,
  withStatus,
} from "@weir/helm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTool } from "../../src/index.ts";
import { type HelmClient, helmClusters, openHelm, renderChartOf } from "./helm-client.ts";

const CONFIG_MAPS = { group: "", version: "v1", kind: "ConfigMap" };

const META: Readonly<Record<string, string>> = {
  "Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.2.3\n",
};

/** A chart of one object. */
function chartOf(
  template: string,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return { ...META, "templates/object.yaml": template, ...more };
}

const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata: {name: shared}
data: {value: "1"}
`;

interface Case {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  /** What is there before, made by us. */
  readonly prepare?: (context: ReleaseContext, namespace: string, helm: HelmClient) => Promise<unknown>;
  /** The command of helm; the name of the release, then the folder of the chart where it takes one. */
  readonly command: "install" | "upgrade" | "rollback" | "uninstall";
  readonly release?: string;
  readonly args?: readonly string[];
  /** helm asks for the schemas of OpenAPI 2 then, which the embedded API does not serve. */
  readonly needsOpenApi2?: boolean;
}

const installed = async (context: ReleaseContext, namespace: string): Promise<void> => {
  const render = renderChartOf(chartOf(CONFIG), {});
  await installRelease(context, { name: "app", namespace, render });
};

const cases: readonly Case[] = [
  { name: "a name in use", prepare: installed, command: "install" },
  { name: "no name of a release", command: "install", release: "Upper" },
  { name: "no name to upgrade", command: "upgrade", release: "Upper" },
  {
    name: "an object of somebody else",
    prepare: (_context, namespace, { client }) =>
      client.create(CONFIG_MAPS, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "shared", namespace, annotations: { "meta.helm.sh/release-name": "other" } },
      }),
    command: "install",
  },
  {
    name: "a field of somebody else",
    prepare: async (context, namespace, { client }) => {
      await installed(context, namespace);
      const object = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "shared", namespace },
        data: { value: "2" },
      };
      await client.apply(CONFIG_MAPS, object as never, { fieldManager: "someone", force: true });
    },
    command: "upgrade",
  },
  {
    name: "an invalid object",
    files: chartOf("apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 99999}]}\n"),
    command: "install",
  },
  {
    name: "an invalid object that an upgrade creates",
    files: chartOf("apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 99999}]}\n"),
    prepare: installed,
    command: "upgrade",
  },
  {
    name: "a field that there is not",
    files: chartOf(
      "apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 80}], nope: 1}\n",
    ),
    command: "install",
  },
  {
    name: "a kind that there is not",
    files: chartOf("apiVersion: example.com/v1\nkind: Nope\nmetadata: {name: bad}\n"),
    command: "install",
    needsOpenApi2: true,
  },
  {
    name: "a namespace that there is not",
    files: chartOf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad, namespace: nowhere-at-all}\n"),
    command: "install",
  },
  {
    name: "a record that is too long",
    files: chartOf(CONFIG, { "files/big.txt": randomBytes(1_000_000).toString("base64") }),
    command: "install",
  },
  { name: "no release to upgrade", command: "upgrade" },
  { name: "no release to roll back", command: "rollback" },
  { name: "no such revision", prepare: installed, command: "rollback", args: ["7"] },
  { name: "no release to uninstall", command: "uninstall" },
  {
    name: "another operation",
    prepare: async (context, namespace) => {
      await installed(context, namespace);
      const [last] = await context.store.history("app");
      if (last !== undefined) await context.store.update(withStatus(last, "pending-upgrade", ""));
    },
    command: "upgrade",
  },
];

const tool = await findTool("helm");

describe.skipIf(tool.kind === "absent").each(helmClusters())(
  "the words of helm 4.2.3 on $name",
  ({ kubeconfig }) => {
    let helm: HelmClient;
    beforeAll(async () => {
      helm = await openHelm(tool.kind === "found" ? tool.path : "", kubeconfig);
    });
    afterAll(() => helm?.[Symbol.asyncDispose]());

    test.each(cases.filter((row) => kubeconfig !== undefined || row.needsOpenApi2 !== true))(
      "are ours for $name",
      async (row) => {
        const { files = chartOf(CONFIG), prepare, command, release = "app", args = [] } = row;
        const namespace = await helm.namespace();
        const store = createReleaseStore(helm.client, { namespace, clock: systemClock });
        const context = { client: helm.client, store, clock: systemClock, fieldManager: "helm" };
        await prepare?.(context, namespace, helm);
        const render = renderChartOf(files, {});
        const act = {
          install: () => installRelease(context, { name: release, namespace, render }),
          upgrade: () => upgradeRelease(context, { name: release, render }),
          rollback: () => rollbackRelease(context, { name: release, version: Number(args[0] ?? 0) }),
          uninstall: () => uninstallRelease(context, { name: release }),
        }[command];
        const folder =
          command === "install" || command === "upgrade" ? [await helm.chart("demo", files)] : [];
        const theirs = await helm.helm(command, release, ...folder, ...args, "-n", namespace).then(
          () => "nothing",
          (error: { readonly stderr?: string }) => error.stderr ?? "",
        );
        for (const left of (await store.history(release)).slice(prepare === undefined ? 0 : 1))
          await store.delete(left);
        const ours = await act().then(() => "nothing", describeError);
        expect(ours).toBe(textOf(theirs));
      },
    );
  },
);

/** What helm says behind the name of its command, without what it logs. */
function textOf(stderr: string): string {
  const text = stderr.slice(stderr.indexOf("Error: ") + "Error: ".length).trim();
  return text.replace(/^(?:INSTALLATION|UPGRADE) FAILED: /, "");
}
