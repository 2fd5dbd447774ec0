import { expect, test } from "vitest";
import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { eventually } from "../testkit/processes/eventually.ts";
import { startStandalone } from "../testkit/processes/standalone.ts";
import { asked, idOf, importFile } from "./asking.ts";

const policies = `
policies:
  - id: security
    chain: [{ assignments: [{ type: role, identifier: security_team }] }]
  - id: by-security
    chain: [{ assignments: [{ type: workflow, identifier: security }] }]
`;

test("a process killed between the steps of a child request finishes them once when it is back", async () => {
  await using server = await startStandalone();
  expect((await importFile(server, policies, "children.yaml")).status).toBe(201);
  const read = (id: string) => server.as("deployment-bot").get<RequestView>(`/approvals/${id}`);
  const crash = async (): Promise<void> => {
    await server.stop("SIGKILL");
    await server.start();
  };
  const parents: string[] = [];
  for (let round = 0; round < 3; round++) {
    const asks = { policy: "by-security", approvers: undefined };
    const parent = await asked(server.as("deployment-bot"), asks);
    parents.push(parent.id);
    // Acknowledged is stored; whether the child was made already is a matter of luck.
    await crash();
    const child = idOf((await read(parent.id)).body.children[0]);
    await eventually("the child", async () => {
      const { status } = await read(child);
      return status === 200 ? true : undefined;
    });
    const vote = await server.as("fay").post(`/approvals/${child}/approve`, {});
    expect(vote.status, vote.text).toBe(200);
    await crash();
    await eventually("the parent's approval", async () => {
      const { body } = await read(parent.id);
      return body.status === "approved" ? true : undefined;
    });
  }
  const { log, violations } = await server.finish();
  expect(violations).toEqual([]);
  for (const id of parents) {
    const types = log.filter(({ stream }) => stream.endsWith(id)).map(({ type }) => type);
    expect(types).toEqual([
      "RequestSubmitted",
      "LevelOpened",
      "VoteCast",
      "LevelApproved",
      "RequestApproved",
    ]);
  }
});
