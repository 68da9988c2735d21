import { WeirError } from "@weir/core";

/** Another program listens on the address. */
export class AddressInUseError extends WeirError {
  override readonly name = "AddressInUseError";
  readonly reason = "AddressInUse";
  readonly retry = "never";
  readonly host: string;
  readonly port: number;

  constructor(host: string, port: number, options: { readonly cause: unknown }) {
    super(`${host} port ${port} is in use by another program`, options);
    this.host = host;
    this.port = port;
  }
}

/** The address cannot be listened on for another reason, which the cause says. */
export class ListenFailedError extends WeirError {
  override readonly name = "ListenFailedError";
  readonly reason = "ListenFailed";
  readonly retry = "never";
  readonly host: string;
  readonly port: number;

  constructor(host: string, port: number, options: { readonly cause: unknown }) {
    super(`cannot listen on ${host} port ${port}`, options);
    this.host = host;
    this.port = port;
  }
}

/** The kubeconfig cannot be written. */
export class KubeconfigWriteError extends WeirError {
  override readonly name = "KubeconfigWriteError";
  readonly reason = "KubeconfigWriteFailed";
  readonly retry = "never";
  readonly path: string;

  constructor(path: string, options: { readonly cause: unknown }) {
    super(`cannot write kubeconfig ${path}`, options);
    this.path = path;
  }
}

/** The keys of a cluster cannot be read or written. */
export class ClusterKeysError extends WeirError {
  override readonly name = "ClusterKeysError";
  readonly reason = "ClusterKeysUnusable";
  readonly retry = "never";
  readonly folder: string;

  constructor(folder: string, options: { readonly cause: unknown }) {
    super(
      `cannot use the keys in ${folder}; with the folder moved away new ones are made, and kubeconfigs that were handed out end`,
      options,
    );
    this.folder = folder;
  }
}
