import type { KubeClient } from "./client.ts";

/** A client all of whose writes are dry runs, raw requests that are not reads among them. */
export function dryRunClient(client: KubeClient): KubeClient {
  const dryRun = true;
  return {
    get: (kind, key, options) => client.get(kind, key, options),
    list: (kind, options) => client.list(kind, options),
    watch: (kind, options) => client.watch(kind, options),
    create: (kind, object, options) => client.create(kind, object, { ...options, dryRun }),
    replace: (kind, object, options) => client.replace(kind, object, { ...options, dryRun }),
    patch: (kind, key, patch, options) => client.patch(kind, key, patch, { ...options, dryRun }),
    apply: (kind, object, options) => client.apply(kind, object, { ...options, dryRun }),
    delete: (kind, key, options) => client.delete(kind, key, { ...options, dryRun }),
    resolve: (kind) => client.resolve(kind),
    discover: (options) => client.discover(options),
    raw: (path, options) => client.raw(isRead(options?.method) ? path : withDryRun(path), options),
    impersonate: (user) => dryRunClient(client.impersonate(user)),
    dryRun: () => dryRunClient(client),
  };
}

function isRead(method = "GET"): boolean {
  return ["GET", "HEAD"].includes(method.toUpperCase());
}

function withDryRun(path: string): string {
  const [base = "", query = ""] = path.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set("dryRun", "All");
  return `${base}?${parameters}`;
}
