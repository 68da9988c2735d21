import type { Transport } from "@weir/client";

/** Counts what passes through a transport. */
export interface RequestCounter {
  readonly transport: Transport;
  /** How many requests were made since the last call, by what they do; watches are left out. */
  take(): ReadonlyMap<string, number>;
}

/** Wraps a transport so that requests are counted by verb and resource. */
export function countRequests(inner: Transport): RequestCounter {
  let counts = new Map<string, number>();
  return {
    transport: (request) => {
      const what = describeRequest(request.method, new URL(request.url));
      if (what !== undefined) counts.set(what, (counts.get(what) ?? 0) + 1);
      return inner(request);
    },
    take: () => {
      const taken = counts;
      counts = new Map();
      return taken;
    },
  };
}

/** `PATCH configmaps`, `PATCH kustomizations/status`, `PATCH configmaps dry run`; `undefined` for a watch. */
export function describeRequest(method: string, url: URL): string | undefined {
  if (["1", "true"].includes(url.searchParams.get("watch") ?? "")) return undefined;
  const [, root, ...rest] = url.pathname.split("/");
  const inGroup = rest.slice(root === "api" ? 1 : 2);
  const isInNamespace = inGroup[0] === "namespaces" && inGroup.length > 2 && inGroup[2] !== "status";
  const [resource = url.pathname, name, subresource] = isInNamespace ? inGroup.slice(2) : inGroup;
  const verb = method === "GET" && name === undefined ? "LIST" : method;
  const target = subresource === undefined ? resource : `${resource}/${subresource}`;
  return url.searchParams.has("dryRun") ? `${verb} ${target} dry run` : `${verb} ${target}`;
}
