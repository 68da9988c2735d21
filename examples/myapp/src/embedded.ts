// Runs the controller on a cluster of its own, in this process: nothing but Node is needed.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fluxResources } from "@weir/api";
import { CustomResourceDefinition } from "@weir/builtin/apiextensions-v1";
import { startCluster } from "@weir/cluster";
import { jsonLogger } from "./json-logger.ts";
import { MyApp } from "./my-app.ts";
import { runManager, shutdownSignal } from "./run-manager.ts";

const { values } = parseArgs({ options: { folder: { type: "string", default: ".weir" } } });
const logger = jsonLogger((line) => process.stdout.write(line));
const kubeconfig = join(values.folder, "kubeconfig");

await mkdir(values.folder, { recursive: true });
await using cluster = await startCluster({ logger, listen: { kubeconfig } });
for (const resource of [MyApp, ...fluxResources]) {
  await cluster.client.apply(CustomResourceDefinition, resource.crd(), {
    fieldManager: "myapp",
    force: true,
  });
}
logger.info("the cluster is up", { try: `kubectl --kubeconfig ${kubeconfig} get myapps` });
await runManager(cluster.client, logger, shutdownSignal(process));
