import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findTool } from "@weir/testkit";
import { actsBetween } from "../../src/apiserver/client-acts.ts";
import { compareOutput, type RecordedCommand } from "../../src/apiserver/client-command.ts";
import { embeddedClientTarget, realClientTarget } from "../../src/apiserver/client-target.ts";
import { type ClientPrograms, ClientWorld } from "../../src/apiserver/client-world.ts";
import type { Suite } from "../../src/suite.ts";

const NAMESPACE = "t-abcdefghi";

/** Commands of kubectl and helm, one after the other against one API; they are skipped where a program is absent. */
export const suite: Suite = {
  name: "apiserver/clients",
  clusters: ["embedded", "real"],
  async *run(corpus, only, cluster = "embedded") {
    const programs = await findPrograms();
    if (programs === undefined) return;
    const folder = join(corpus, "apiserver/clients");
    await using target = await (cluster === "real" ? realClientTarget() : embeddedClientTarget());
    await using world = await ClientWorld.open({
      programs,
      kubeconfig: target.kubeconfig,
      files: join(folder, "files"),
      namespace: NAMESPACE,
    });
    const acts = actsBetween(target.client, NAMESPACE);
    for (const recorded of readCommands(folder)) {
      const { name } = recorded;
      const act = acts.get(name);
      if (act?.kind === "before") await act.run();
      const output = await world.run(recorded, act?.kind === "during" ? act.run : undefined);
      const detail = compareOutput(recorded, output, NAMESPACE);
      yield detail === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
      if (name === only) return;
    }
  },
};

/** The programs; says why where one is absent. */
async function findPrograms(): Promise<ClientPrograms | undefined> {
  const kubectl = await findTool("kubectl");
  const helm = await findTool("helm");
  if (kubectl.kind === "found" && helm.kind === "found") return { kubectl: kubectl.path, helm: helm.path };
  const absent = kubectl.kind === "absent" ? kubectl : helm;
  process.stdout.write(`skipped: ${absent.kind === "absent" ? absent.reason : ""}\n`);
  return undefined;
}

function readCommands(folder: string): readonly RecordedCommand[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as RecordedCommand);
}
