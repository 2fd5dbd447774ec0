import type { Actor } from "@countersign/domain/actor.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { append, type Written } from "./planting.ts";
import {
  stream,
  topicStream,
  person,
  bot,
  submitted,
  pool,
  recorded,
  opened,
  skipped,
  voted,
  levelApproved,
  approved,
  org,
} from "./written.ts";

const process: Actor = { kind: "system", id: "process" };

/** A request through all its levels, beside another that was denied, and a topic that an approval moved. */
export const goodLog = (): LogEntry[] => {
  const one = stream("apr_1");
  const two = stream("apr_2");
  const three = stream("apr_3");
  const way = { from: "staging", to: "production", name: null };
  const steps: [string, Actor, Written[]][] = [
    [one, bot, [submitted("apr_1"), opened(1, pool("qa_lead"))]],
    [two, bot, [submitted("apr_2"), opened(1, pool("qa_lead"))]],
    [
      one,
      person("bo"),
      [
        voted("bo"),
        levelApproved("bo"),
        opened(2, pool("engineering_lead"), recorded("sre", "eli", "fay")),
      ],
    ],
    [
      two,
      person("cy"),
      [
        voted("cy", 1, { decision: "deny" }),
        ["LevelDenied", { level: 1, group: "qa_lead", by: person("cy"), pools: {} }],
        ["RequestDenied", { by: person("cy"), reason: "no", notes: null, pools: {} }],
      ],
    ],
    [one, person("eli"), [voted("eli", 2)]],
    [one, person("dee"), [voted("dee", 2)]],
    [one, person("fay"), [voted("fay", 2), levelApproved("fay", 2), skipped(3), approved("fay")]],
    [
      topicStream,
      bot,
      [
        ["TopicCreated", { workflow: "release", id: "R-42", state: "staging", claimed: false }],
        [
          "TransitionBlocked",
          { ...way, workflowVersion: 1, approvalIds: ["apr_3"], patch: {}, by: bot, ask: {} },
        ],
      ],
    ],
    [
      three,
      bot,
      [
        submitted("apr_3", {
          policies: [{ id: "release--staging--production", version: 1, gate: null }],
          topic: { workflow: "release", id: "R-42", from: "staging", to: "production" },
        }),
        opened(1, pool("qa_lead")),
      ],
    ],
    [three, person("cy"), [voted("cy"), levelApproved("cy"), approved("cy")]],
    [
      topicStream,
      process,
      [["TransitionCompleted", { ...way, approvalIds: ["apr_3"], patch: {}, by: bot }]],
    ],
    [
      three,
      process,
      [["ExecutionReported", { status: "executed", result: null, payloadHash: "sha256:1" }]],
    ],
    [
      topicStream,
      bot,
      [
        [
          "TransitionCompleted",
          { from: "production", to: "done", name: null, approvalIds: [], patch: { x: 1 }, by: bot },
        ],
      ],
    ],
  ];
  return steps.reduce(
    (log, [name, actor, events], index) =>
      append(log, { stream: name, actor, events, minute: 2 + index }),
    org(),
  );
};
