import { REQUEST_ID } from "@countersign/api-contract/ids.ts";
import { NOT_FOUND } from "../edge/refused.ts";
import { builder } from "./builder.ts";
import { command, type Commanded, type GraphContext } from "./context.ts";
import {
  ApproveInput,
  CancelInput,
  DenyInput,
  ImportDefinitionsInput,
  RequestApprovalInput,
  RequestTransitionInput,
} from "./inputs.ts";
import type { ListedRequest } from "./request-type.ts";
import {
  ApproveResult,
  CancelResult,
  DenyResult,
  ImportDefinitionsResult,
  RequestApprovalResult,
  RequestTransitionResult,
  settle,
  type WireImport,
  type WireTransition,
} from "./results.ts";

const snake = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The input's own fields in REST's spelling; what lies within them is the caller's and stays as it is. */
export const bodyOf = (input: object): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(input).map(([name, value]) => [snake(name), value])),
  );

interface OnRequest {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
}

const decide = async (
  context: GraphContext,
  name: "approve" | "deny" | "cancel",
  { id, idempotencyKey, ...rest }: OnRequest,
): Promise<Commanded<ListedRequest>> =>
  REQUEST_ID.test(id)
    ? command(context, name, { target: id, idempotencyKey, body: bodyOf(rest) })
    : { ok: false, error: { code: "not-found", message: NOT_FOUND } };

builder.mutationType({
  fields: (t) => ({
    requestApproval: t.field({
      type: RequestApprovalResult,
      args: { input: t.arg({ type: RequestApprovalInput, required: true }) },
      resolve: async (_root, { input: { idempotencyKey, ...ask } }, context) =>
        settle(
          await command<ListedRequest>(context, "request-approval", {
            idempotencyKey,
            body: bodyOf(ask),
          }),
          (request) => ({ kind: "RequestApprovalSuccess" as const, request }),
        ),
    }),
    approve: t.field({
      type: ApproveResult,
      args: { input: t.arg({ type: ApproveInput, required: true }) },
      resolve: async (_root, { input }, context) =>
        settle(await decide(context, "approve", input), (request) => ({
          kind: "ApproveSuccess" as const,
          request,
        })),
    }),
    deny: t.field({
      type: DenyResult,
      args: { input: t.arg({ type: DenyInput, required: true }) },
      resolve: async (_root, { input }, context) =>
        settle(await decide(context, "deny", input), (request) => ({
          kind: "DenySuccess" as const,
          request,
        })),
    }),
    cancel: t.field({
      type: CancelResult,
      args: { input: t.arg({ type: CancelInput, required: true }) },
      resolve: async (_root, { input }, context) =>
        settle(await decide(context, "cancel", input), (request) => ({
          kind: "CancelSuccess" as const,
          request,
        })),
    }),
    importDefinitions: t.field({
      type: ImportDefinitionsResult,
      args: { input: t.arg({ type: ImportDefinitionsInput, required: true }) },
      resolve: async (_root, { input }, context) => {
        const { source, file, mediaType, idempotencyKey } = input;
        const headers: Record<string, string> = {
          "Countersign-Content-Type": mediaType ?? "application/yaml",
        };
        if (typeof file === "string") headers["Countersign-File"] = encodeURIComponent(file);
        return settle(
          await command<WireImport>(context, "import-definitions", {
            idempotencyKey,
            body: source,
            headers,
          }),
          (result) => ({ kind: "ImportDefinitionsSuccess" as const, ...result }),
        );
      },
    }),
    requestTransition: t.field({
      type: RequestTransitionResult,
      args: { input: t.arg({ type: RequestTransitionInput, required: true }) },
      resolve: async (_root, { input: { idempotencyKey, ...transition } }, context) =>
        settle(
          await command<WireTransition>(context, "request-transition", {
            idempotencyKey,
            body: bodyOf(transition),
          }),
          (result) => ({ kind: "RequestTransitionSuccess" as const, ...result }),
        ),
    }),
  }),
});
