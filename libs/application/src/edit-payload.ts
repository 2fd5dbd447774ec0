import { createPatch, type Operation } from "rfc6902";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { PatchStep } from "@countersign/domain/request/change-events.ts";
import type { Edited, EditPayload } from "@countersign/domain/request/change-commands.ts";
import type { Action } from "@countersign/domain/request/events.ts";
import { canonicalHash } from "./canonical.ts";
import { misfits } from "./payload-schema.ts";

/** Comparing lists costs the product of their lengths: above this a list is replaced as a whole. */
const MOST_COMPARED = 40_000;

const patchOf = (before: JsonObject, after: JsonObject): readonly PatchStep[] =>
  createPatch(before, after, (input: unknown, output: unknown, pointer): Operation[] | undefined =>
    Array.isArray(input) && Array.isArray(output) && input.length * output.length > MOST_COMPARED
      ? [{ op: "replace", path: pointer.toString(), value: output }]
      : undefined,
  );

const withParameters = ({ type, tool }: Action, parameters: JsonObject): Action =>
  tool === undefined ? { type, parameters } : { type, tool, parameters };

/** Where parameters do not fit one of the schemas; `at` is their own path in the body. */
export const payloadFaults = (
  schemas: readonly JsonObject[],
  parameters: JsonObject,
  at: string,
): Edited["faults"] =>
  schemas.flatMap((schema) =>
    misfits(schema, parameters).map(({ path, message }) => ({
      path: path === "" ? at : `${at}.${path}`,
      message,
    })),
  );

/** New `action.parameters` as an edit: hash of the whole action, RFC 6902 patch, and where they fit no schema. */
export const editPayload =
  (parameters: JsonObject): EditPayload =>
  (current, schemas) => ({
    hash: canonicalHash(withParameters(current, parameters)),
    patch: patchOf(current.parameters, parameters),
    faults: payloadFaults(schemas, parameters, "payload"),
  });
