import type { OciRepositoryName } from "../reference/oci-reference.ts";

/** Who we are to a registry. */
export type RegistryCredentials =
  | { readonly kind: "anonymous" }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  /** A refresh token, to be exchanged for tokens of the registry. */
  | { readonly kind: "identity-token"; readonly token: string }
  /** A token of the registry itself, sent as it is. */
  | { readonly kind: "registry-token"; readonly token: string };

/** Finds the credentials for a repository. */
export type CredentialsFor = (
  repository: OciRepositoryName,
) => RegistryCredentials | Promise<RegistryCredentials>;

/** For registries that ask for nothing. */
export const anonymous: RegistryCredentials = { kind: "anonymous" };
