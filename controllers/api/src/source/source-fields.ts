import { duration } from "@weir/schema";
import { z } from "zod";
import { localReference } from "../references.ts";

/** The group of the sources. */
export const SOURCE_GROUP = "source.toolkit.fluxcd.io";

/** The categories of the sources, by which `kubectl get fluxcd-sources` finds them. */
export const sourceCategories: readonly string[] = ["all", "fluxcd", "fluxcd-sources"];

/** How often a source is looked at. */
export const interval = duration().describe("How often to look for a new revision.");

/** A time limit; hours are not taken. */
export const timeLimit = duration(["ms", "s", "m"]);

/** The time that one fetch may take. */
export const fetchTimeout = timeLimit.default("60s").describe("Longest time that one fetch may take.");

/** Files that are left out of an artifact. */
export const ignoreRules = z
  .string()
  .optional()
  .describe("Files to leave out, in the syntax of .gitignore; replaces the usual exclusions.");

/** Whether reconciling is switched off. */
export const suspend = z.boolean().optional().describe("Leaves the object as it is until unset.");

/** Credentials. */
export const secretRef = localReference.optional().describe("Secret that holds the credentials.");

/** Client certificate and authorities for TLS. */
export const certSecretRef = localReference
  .optional()
  .describe("Secret that holds `ca.crt`, and `tls.crt` with `tls.key`, for TLS.");

/** A proxy on the way to the source. */
export const proxySecretRef = localReference
  .optional()
  .describe("Secret that holds the `address` of a proxy, and its `username` and `password`.");

const identity = z.object({
  issuer: z.string().describe("Regular expression that the issuer of the certificate matches."),
  subject: z.string().describe("Regular expression that the subject of the certificate matches."),
});

/** How the signature of an OCI artifact is verified. */
export const verificationFields = {
  provider: z.enum(["cosign", "notation"]).default("cosign").describe("The tool that made the signature."),
  secretRef: localReference.optional().describe("Secret that holds the trusted public keys."),
};

/** Who may have signed, where no key is given. */
export const matchOidcIdentity = z
  .array(identity)
  .optional()
  .describe("Identities of a keyless signature, one of which must match.");

/** `provider` has a default and is required nonetheless: an upstream quirk that clients can see. */
export const requiresProvider = { required: ["provider"] };
