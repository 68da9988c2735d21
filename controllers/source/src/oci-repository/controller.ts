import { FINALIZER, OCIRepository } from "@weir/api";
import type { Controller } from "@weir/sdk";
import { ownerOf } from "../artifact-storage/artifact-owner.ts";
import { removeArtifacts } from "../artifact-storage/remove-artifacts.ts";
import { RegistryClients } from "../registry/registry-clients.ts";
import { type SourceControllerOptions, startSourceController } from "../run/source-controller.ts";
import { type OCIRepositoryDeps, reconcileOCIRepository } from "./reconcile.ts";
import { reportOCIRepository } from "./report.ts";

/** What the controller of OCIRepositories needs, and how it runs. */
export interface OCIRepositoryControllerOptions extends OCIRepositoryDeps, SourceControllerOptions {}

/** The controller of OCIRepositories; runs in any manager whose client serves the source kinds. */
export function ociRepositoryController(options: OCIRepositoryControllerOptions): Controller {
  const deps = { ...options, clients: new RegistryClients(options.clock) };
  return startSourceController("ocirepository", options)
    .for(OCIRepository, { handledAt: true })
    .report(reportOCIRepository)
    .finalizer(FINALIZER, (repository, ctx) =>
      removeArtifacts(ownerOf(OCIRepository.kind, repository), ctx, options.storage),
    )
    .reconcile((repository, ctx) => reconcileOCIRepository(repository, ctx, deps));
}
