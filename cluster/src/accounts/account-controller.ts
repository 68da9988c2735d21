import { ConfigMap, Namespace, ServiceAccount } from "@weir/builtin/core-v1";
import { changed, type Controller, createController } from "@weir/sdk";
import { createContent } from "../namespaces/create-content.ts";

const COMPONENT = "kube-controller-manager";
const ACCOUNT = "default";
const ROOT_CERTIFICATE = "kube-root-ca.crt";

/** Gives every namespace its `default` ServiceAccount, again where it was deleted. */
export function defaultAccountController(): Controller {
  return createController("serviceaccount", { concurrency: 4, component: COMPONENT })
    .for(Namespace)
    .watches(
      ServiceAccount,
      { map: namespaceOf, when: changed.only("delete") },
      { metadataOnly: true, fieldSelector: `metadata.name=${ACCOUNT}` },
    )
    .reconcile(async ({ metadata }, ctx) => {
      const at = { namespace: metadata.name ?? "", name: ACCOUNT };
      if ((await ctx.live.get(ServiceAccount, at)) !== undefined) return;
      await createContent(() =>
        ctx.client.create(ServiceAccount, { apiVersion: "v1", kind: "ServiceAccount", metadata: at }),
      );
    });
}

/** Gives every namespace the certificate that the API is to be trusted by, and keeps it true. */
export function rootCertificateController(certificate: string): Controller {
  return createController("root-ca-cert-publisher", { concurrency: 4, component: COMPONENT })
    .for(Namespace)
    .watches(
      ConfigMap,
      { map: namespaceOf },
      { metadataOnly: true, fieldSelector: `metadata.name=${ROOT_CERTIFICATE}` },
    )
    .reconcile(async ({ metadata }, ctx) => {
      const at = { namespace: metadata.name ?? "", name: ROOT_CERTIFICATE };
      const wanted = { "ca.crt": certificate };
      const present = await ctx.live.get(ConfigMap, at);
      if (present === undefined) {
        const annotations = { "kubernetes.io/description": DESCRIPTION };
        await createContent(() =>
          ctx.client.create(ConfigMap, {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { ...at, annotations },
            data: wanted,
          }),
        );
        return;
      }
      await ctx.update(ConfigMap, at, (current) => ({ ...current, data: wanted }));
    });
}

const DESCRIPTION =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

function namespaceOf({
  metadata,
}: {
  readonly metadata: { readonly namespace?: string };
}): readonly [{ readonly name: string }] {
  return [{ name: metadata.namespace ?? "" }];
}
