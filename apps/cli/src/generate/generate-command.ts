import { type Command, InvalidArgumentError } from "commander";
import type { ProgramDeps } from "../empty-program.ts";

interface OutputFlags {
  readonly output?: string;
  readonly check: boolean;
}

/** `weir generate`: manifests and documents from code, and code from manifests. */
export function addGenerate(program: Command, deps: ProgramDeps): void {
  const generate = program
    .command("generate")
    .description(
      "write CRDs, roles, webhook configurations, references and JSON Schemas from code, or types from CRDs",
    );
  addFromCode(generate, deps);
  addRbac(generate, deps);
  addManifests(generate, deps);
  addWebhooks(generate, deps);
  addTypes(generate, deps);
}

function withOutput(command: Command): Command {
  return command
    .option("-o, --output <path>", "folder to write to, a file each; one stream to the terminal by default")
    .option("--check", "write nothing; end with 1 when the files are not what would be written", false);
}

interface CodeFlags extends OutputFlags {
  readonly service?: string;
  readonly url?: string;
}

const FROM_CODE = [
  ["crds", "CustomResourceDefinitions of the resources that a module exports"],
  ["docs", "references of the resources that a module exports, in Markdown"],
  ["schemas", "JSON Schemas of the resources that a module exports, for editors"],
] as const;

function addFromCode(generate: Command, deps: ProgramDeps): void {
  for (const [what, description] of FROM_CODE) {
    const command = withOutput(generate.command(what));
    if (what === "crds") {
      command
        .option("--service <namespace/name>", "Service of the webhooks that convert between versions")
        .option("--url <url>", "URL of these webhooks instead");
    }
    command
      .description(`write the ${description}`)
      .argument("<module...>", "TypeScript or JavaScript files that export resources")
      .action(async (modules: readonly string[], flags: CodeFlags) => {
        const { generateFromCode } = await import("./generate-from-code.ts");
        deps.exit(await generateFromCode(what, modules, flags, deps.environment));
      });
  }
}

interface RbacFlags extends OutputFlags {
  readonly name: string;
  readonly namespace?: string;
  readonly serviceAccount?: string;
  readonly leaderElection: boolean;
  readonly writes?: readonly string[];
}

const WRITES = ["--writes <apiVersion/kind...>", "kinds that they write without owning them"] as const;

function addRbac(generate: Command, deps: ProgramDeps): void {
  withOutput(generate.command("rbac"))
    .description("write the rights that the controllers need that a module exports")
    .argument("<module...>", "TypeScript or JavaScript files that export controllers")
    .requiredOption("--name <name>", "name of the role")
    .option("--namespace <namespace>", "a Role for this namespace instead of a ClusterRole")
    .option("--service-account <namespace/name>", "bind the role to this account")
    .option("--leader-election", "with rights on Leases", false)
    .option(...WRITES)
    .action(async (modules: readonly string[], flags: RbacFlags) => {
      const { generateRbac } = await import("./generate-rbac.ts");
      deps.exit(await generateRbac(modules, flags, deps.environment));
    });
}

interface ManifestFlags extends OutputFlags {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly replicas: number;
  readonly writes?: readonly string[];
}

function addManifests(generate: Command, deps: ProgramDeps): void {
  withOutput(generate.command("manifests"))
    .description("write everything that deploys the controllers of a module: CRDs, rights and a Deployment")
    .argument("<module...>", "TypeScript or JavaScript files that export resources and controllers")
    .requiredOption("--name <name>", "name of the Deployment, its account and its role")
    .requiredOption("--namespace <namespace>", "where the controllers run")
    .requiredOption("--image <image>", "image that runs them")
    .option("--replicas <number>", "how many run, of which one leads", parseReplicas, 1)
    .option(...WRITES)
    .action(async (modules: readonly string[], flags: ManifestFlags) => {
      const { generateManifests } = await import("./generate-manifests.ts");
      deps.exit(await generateManifests(modules, flags, deps.environment));
    });
}

function parseReplicas(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("replicas are a number");
}

interface WebhookFlags extends OutputFlags {
  readonly name: string;
  readonly service?: string;
  readonly url?: string;
  readonly injectCaFrom?: string;
}

function addWebhooks(generate: Command, deps: ProgramDeps): void {
  withOutput(generate.command("webhooks"))
    .description("write the webhook configurations of the webhooks that a module exports")
    .argument("<module...>", "TypeScript or JavaScript files that export webhooks")
    .requiredOption("--name <name>", "name of the configurations")
    .option("--service <namespace/name>", "Service by which the API server reaches the webhooks")
    .option("--url <url>", "URL by which it reaches them instead")
    .option("--inject-ca-from <namespace/name>", "cert-manager's Certificate to trust")
    .action(async (modules: readonly string[], flags: WebhookFlags) => {
      const { generateWebhooks } = await import("./generate-webhooks.ts");
      deps.exit(await generateWebhooks(modules, flags, deps.environment));
    });
}

interface TypesFlags extends OutputFlags {
  readonly cluster: boolean;
  readonly kubeconfig?: string;
}

function addTypes(generate: Command, deps: ProgramDeps): void {
  withOutput(generate.command("types"))
    .description("write TypeScript types and kinds of CustomResourceDefinitions")
    .argument("<source...>", "YAML or JSON files with CRDs; with --cluster, names of CRDs")
    .option("--cluster", "read the CRDs from a cluster", false)
    .option(
      "--kubeconfig <path>",
      "kubeconfig of the cluster; that of KUBECONFIG or of the last `weir up` by default",
    )
    .action(async (sources: readonly string[], flags: TypesFlags) => {
      const { generateTypes } = await import("./generate-types.ts");
      deps.exit(await generateTypes(sources, flags, deps.environment));
    });
}
