import { WeirError } from "@weir/core";

/** Another cluster cannot be reached as a ConfigMap says. The message is Flux's. */
export class ClusterAccessError extends WeirError {
  override readonly name = "ClusterAccessError";
  readonly reason = "ClusterAccessFailed";
  readonly retry = "backoff";
  /** Whether an object that the access is made of is not there. */
  readonly isMissing: boolean;

  constructor(message: string, options: { readonly cause?: unknown; readonly isMissing?: boolean } = {}) {
    super(message, options);
    this.isMissing = options.isMissing ?? false;
  }
}

/** The identities of this provider's cloud are not supported. */
export class ClusterProviderError extends WeirError {
  override readonly name = "ClusterProviderError";
  readonly reason = "ClusterProviderUnsupported";
  readonly retry = "never";
  readonly provider: string;

  constructor(provider: string) {
    super(`spec.kubeConfig.configMapRef: provider '${provider}' is not supported yet`);
    this.provider = provider;
  }
}
