import { type WebhookAddress, webhookManifests } from "@weir/sdk";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { namespacedName } from "./generate-rbac.ts";
import { loadExports, requireSome } from "./load-exports.ts";
import { manifestText } from "./manifest-text.ts";
import { type OutputFlags, writeOutputs } from "./write-outputs.ts";

/** What configurations are made with. */
export interface WebhookFlags extends OutputFlags {
  readonly name: string;
  readonly service?: string;
  readonly url?: string;
  readonly injectCaFrom?: string;
}

/** `weir generate webhooks`: gives the exit code. */
export async function generateWebhooks(
  modules: readonly string[],
  flags: WebhookFlags,
  environment: Environment,
): Promise<number> {
  const { webhooks } = await loadExports(modules, environment.workingDirectory);
  const address = addressOf(flags);
  const annotations =
    flags.injectCaFrom === undefined
      ? {}
      : { annotations: { "cert-manager.io/inject-ca-from": flags.injectCaFrom } };
  const manifests = requireSome(webhooks, "set of webhooks", modules).flatMap((each, index) => {
    const name = index === 0 ? flags.name : `${flags.name}-${index + 1}`;
    const { mutating, validating, crds } = webhookManifests(each, { name, address, ...annotations });
    return [mutating, validating, ...crds].filter((manifest) => manifest !== undefined);
  });
  return writeOutputs(
    [{ name: "webhooks.yaml", text: manifests.map(manifestText).join("") }],
    flags,
    environment,
  );
}

/** Where the API server finds webhooks, by `--service` or `--url`. */
export function addressOf({ service, url }: Pick<WebhookFlags, "service" | "url">): WebhookAddress {
  if ((service === undefined) === (url === undefined))
    throw new CommandError("InvalidFlag", "say where the webhooks are: either --service or --url");
  return url === undefined ? { service: namespacedName(service ?? "", "--service") } : { url };
}
