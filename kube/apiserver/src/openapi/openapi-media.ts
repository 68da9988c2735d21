/** What an OpenAPI document can be sent as. */
export type OpenApiFormat = "json" | "protobuf";

/** The media types of gnostic's protobuf encoding as clients name them, and the one that answers name. */
export interface OpenApiMedia {
  readonly accepted: readonly string[];
  readonly sent: string;
}

export const MEDIA_V2: OpenApiMedia = {
  accepted: [
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
  ],
  sent: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
};
export const MEDIA_V3: OpenApiMedia = {
  accepted: [
    "application/com.github.proto-openapi.spec.v3@v1.0+protobuf",
    "application/com.github.proto-openapi.spec.v3.v1.0+protobuf",
  ],
  sent: "application/com.github.proto-openapi.spec.v3.v1.0+protobuf",
};

/** The first of the accepted types that a document can be sent as; `undefined` where there is none. */
export function openApiFormat(accept: string | undefined, media: OpenApiMedia): OpenApiFormat | undefined {
  if (accept === undefined || accept === "") return "json";
  for (const clause of accept.split(",")) {
    const type = clause.split(";")[0]?.trim() ?? "";
    if (["application/json", "*/*", "application/*"].includes(type)) return "json";
    if (media.accepted.includes(type)) return "protobuf";
  }
  return undefined;
}
