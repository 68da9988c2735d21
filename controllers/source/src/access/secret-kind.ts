import { kind } from "@weir/sdk";

/** Secrets, read one by one from the server: none is kept in a cache. */
export const Secret = kind("v1", "Secret", { plural: "secrets", scope: "Namespaced" });
