import { z } from "zod";

/** Picks objects by what they are; each part that is given must match. Names are regular expressions. */
export const objectSelector = z.object({
  group: z.string().optional().describe("API group."),
  version: z.string().optional().describe("API version."),
  kind: z.string().optional().describe("Kind."),
  name: z.string().optional().describe("Name."),
  namespace: z.string().optional().describe("Namespace."),
  annotationSelector: z.string().optional().describe("Selector over annotations."),
  labelSelector: z.string().optional().describe("Selector over labels."),
});

/** A patch and the objects that it changes. */
export const patch = z.object({
  patch: z.string().describe("Strategic merge patch, or a list of JSON patch operations, as YAML."),
  target: objectSelector.optional().describe("Objects to patch; told from the patch itself by default."),
});

/** Fields that are left to others. */
export const ignoreRule = z.object({
  paths: z.array(z.string()).describe("JSON pointers of the fields."),
  target: objectSelector.optional().describe("Objects that the rule is for; all by default."),
});

/** A container image and what replaces its parts. */
export const image = z.object({
  name: z.string().describe("Name of the image as it stands in the manifests."),
  newName: z.string().optional().describe("Name to write instead."),
  newTag: z.string().optional().describe("Tag to write instead."),
  digest: z.string().optional().describe("Digest to write instead of a tag."),
});
