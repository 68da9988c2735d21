import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseJson, WeirError } from "@weir/core";
import { quoteGo } from "@weir/text";

import { CommandError } from "../cli-error.ts";
import { type HelmFlagValues, HelmStartError } from "./helm-flags.ts";
import { readLocal } from "./read-values.ts";

/** Checks the file of `--registry-config`, which may be missing: helm reads it before there is a command. */
export function checkRegistryConfig(flags: HelmFlagValues, workingDirectory: string): void {
  const path = flags.text("registry-config");
  if (path === "") return;
  let text: string;
  try {
    text = readFileSync(resolve(workingDirectory, path), "utf8");
  } catch {
    return;
  }
  try {
    parseJson(text);
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    throw new HelmStartError(`failed to decode config file ${path}: invalid config format: ${error.message}`);
  }
}

/** Checks the files that a registry would be spoken to with, which helm reads for a chart on the disk, too. */
export function checkRegistryFiles(flags: HelmFlagValues, workingDirectory: string): void {
  const read = (what: string, path: string): string => {
    try {
      return Buffer.from(readLocal(path, workingDirectory)).toString("latin1");
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw tlsError(`${what}: ${quoteGo(path)}: ${error.message}`);
    }
  };
  const [certificate, key, authorities] = ["cert-file", "key-file", "ca-file"].map((name) =>
    flags.text(name),
  );
  if (certificate !== undefined && certificate !== "" && key !== undefined && key !== "") {
    const texts = [read("unable to read cert file", certificate), read("unable to read key file", key)];
    for (const [index, what] of ["certificate", "key"].entries()) {
      if (texts[index]?.includes("-----BEGIN ") === true) continue;
      throw tlsError(`unable to load cert from key pair: tls: failed to find any PEM data in ${what} input`);
    }
  }
  if (authorities === undefined || authorities === "") return;
  if (read("can't read CA file", authorities).includes("-----BEGIN CERTIFICATE-----")) return;
  throw tlsError("failed to append certificates from pem block");
}

function tlsError(problem: string): CommandError {
  return new CommandError(
    "InvalidCredentials",
    `missing registry client: can't create TLS config for client: ${problem}`,
  );
}
