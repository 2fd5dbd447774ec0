import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import type { Answer, Api, TransitionBody } from "../testkit/http.ts";
import type { Standalone } from "../testkit/processes/standalone.ts";

/** The release workflow that the README imports. */
export const releaseFile = readFileSync(
  join(import.meta.dirname, "../../examples/kiket-release/release.yaml"),
  "utf8",
);

/** An ask that the QA leads `bo` and `cy` can answer. */
export const deployAsk = (over: object = {}): object => ({
  title: "Deploy app:v2.0.0 to production",
  action: { type: "kubernetes:deploy", parameters: { image: "app:v2.0.0", replicas: 3 } },
  approvers: [{ type: "role", identifier: "qa_lead" }],
  ...over,
});

/** Asks, and answers the new request. */
export const asked = async (api: Api, over: object = {}): Promise<RequestView> => {
  const { status, body, text } = await api.post("/approvals", deployAsk(over));
  expect(status, text).toBe(201);
  return body;
};

/** Imports a definition file as `ana` and answers what was taken. */
export const importFile = async (
  server: Pick<Standalone, "as">,
  source: string,
  name = "file.yaml",
): Promise<Answer<ImportBody>> =>
  server.as("ana").post(`/definitions?name=${encodeURIComponent(name)}`, source, {
    headers: { "content-type": "application/yaml" },
  });

export interface ImportBody {
  readonly definitions: readonly { readonly kind: string; readonly id: string }[];
  readonly warnings: readonly unknown[];
  readonly ignored: readonly { readonly path?: string; readonly key?: string }[];
}

/** Asks for a transition of a release as the agent. */
export const moveRelease = (
  api: Api,
  topic: { id: string; state?: string; attributes?: object },
  to: string,
): Promise<Answer<TransitionBody>> => api.post("/transitions", { workflow: "release", topic, to });

/** The one approval id of a blocked transition. */
export const onlyApproval = (answer: Answer<TransitionBody>): string => {
  expect(answer.status, answer.text).toBe(202);
  const ids = answer.body.approval_ids ?? [];
  expect(ids).toHaveLength(1);
  return ids[0] ?? "";
};

/** The id of an entry of `children`. */
export const idOf = (child: { readonly id: string } | undefined): string => {
  if (child === undefined) throw new Error("there is no such child request");
  return child.id;
};

/** Statuses of the levels of a request, in order. */
export const levelStatuses = (request: RequestView): string[] =>
  request.levels.map(({ status }) => status);

/** The answer of bulk-approve and bulk-deny. */
export interface BulkBody {
  readonly results: readonly {
    readonly approval_id: string;
    readonly status: string;
    readonly error?: { readonly code: string };
  }[];
  readonly summary: Readonly<Record<string, number>>;
}
