import type { Loops } from "@weir/cluster";

/** Nobody but the clients writes. */
export const LOOPS_OFF: Loops = {
  namespaces: "off",
  garbage: false,
  accounts: false,
  roles: false,
  rootCertificate: false,
  workloads: "off",
};
