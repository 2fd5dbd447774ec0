import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Refusal, RefusalCode } from "@countersign/domain/request/refusals.ts";
import { any, atLeast, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { ask } from "../../testkit/examples/asks.ts";
import { role } from "../../testkit/examples/directory.ts";
import { given } from "../../testkit/given-when-then.ts";
import { asked, command, people, type Happening } from "../../testkit/happenings.ts";
import { areRefused, no, wrong, type Refused } from "../../testkit/refusing.ts";
import { world, type World } from "../../testkit/world.ts";

const demo = given(world(qaOnly), people(role("legal")));
const of = (...policies: readonly Policy[]) => given(world(...policies));
/** The no to one field of the body, with what its reader needs. */
const field = (
  code: RefusalCode,
  path: string,
  message: string,
  details: Refusal["details"] = {},
): Refusal => no(code, message, { ...details, faults: [{ path, message }] });
const inline = (...who: readonly string[]): Happening =>
  asked({
    policy: null,
    approvers: who.map((identifier) =>
      identifier.startsWith("role:")
        ? { type: "role", identifier: identifier.slice("role:".length) }
        : { type: "user", identifier },
    ),
  });
const nothingNamed = asked({ policy: null });
const byDefault = (from: World, id: string): World => ({ ...from, defaults: { policy: id } });

areRefused("an ask", [
  [
    "by a process of ours",
    demo,
    command(null, { type: "submit", ask: ask() }),
    no("forbidden", "Only an agent or a person can ask."),
  ],
  [
    "that was made before",
    demo.and(asked()),
    asked(),
    no("conflict", "This request was asked before."),
  ],
  [
    "in the name of another agent",
    demo,
    asked({ agent: { id: "ci" } }),
    wrong("agent.id", `must be the credential's own agent, not "ci"`),
  ],
  [
    "by a person in the name of an agent",
    demo,
    asked({ agent: { id: "gus" } }, "gus"),
    wrong("agent.id", `must be the credential's own agent, not "gus"`),
  ],
  [
    "in the name of something else",
    demo,
    asked({ agent: { id: 7 } }),
    wrong("agent.id", `must be the credential's own agent, not 7`),
  ],
  [
    "with a policy and approvers",
    demo,
    asked({ approvers: [{ type: "user", identifier: "bo" }] }),
    field("policy-and-approvers", "approvers", "An ask names a policy or its approvers, not both."),
  ],
  [
    "that names nobody where there is no default",
    demo,
    nothingNamed,
    field(
      "no-policy",
      "policy",
      "The ask names no policy and no approvers, and the organisation has no default policy.",
    ),
  ],
  [
    "under a policy that is none",
    demo,
    asked({ policy: "relaese" }),
    field("unknown-policy", "policy", "There is no active policy relaese.", { policy: "relaese" }),
  ],
  [
    "under a default that is gone",
    given(byDefault(world(qaOnly), "gone")),
    nothingNamed,
    field("unknown-policy", "policy", "There is no active policy gone.", { policy: "gone" }),
  ],
]);

const outOfRange = (message: string) => field("expiry-out-of-range", "expires_in", message);

areRefused("an expiry", [
  ...["0s", "00", "-5s"].map((expiresIn): Refused => [
    `of ${expiresIn}, which is no time to come`,
    demo,
    asked({ expiresIn }),
    outOfRange("An expiry must lie after the request's creation."),
  ]),
  ...["soon", "- 5s", "x0", "0x", "5-5"].map((expiresIn): Refused => [
    `of ${expiresIn}, which is no duration`,
    demo,
    asked({ expiresIn }),
    field(
      "unprocessable",
      "expires_in",
      "An expiry is a whole number with a unit (90s, 30m, 24h, 7d) or never.",
    ),
  ]),
  [
    "that is too far ahead",
    demo,
    asked({ expiresIn: "3651d" }),
    outOfRange("An expiry may lie at most 3,650 days ahead."),
  ],
  [
    "that is longer than the policy's",
    of(policy(qaOnly.chain, { expiresIn: "2h" })),
    asked({ expiresIn: "121m" }),
    outOfRange(
      "An ask may shorten the expiry that its policy or organisation wrote, not lengthen it.",
    ),
  ],
]);

const template = "user:${context.owner}";
const both = level(group(any, "qa_lead"));
const tooFew = (number: number): string =>
  `Group qa-lead of level ${number} wants 3 approvals and 2 can be given (role qa_lead).`;
const lacks = "lacks what one_pending_per of policy release is made of: ${context.service}";
const deep = ["release", "a", "b", "c", "d"];
const asksNext = (id: string, next: string | undefined) =>
  policy(level(group(any, next === undefined ? "qa_lead" : `workflow:${next}`)), { id });

areRefused("a chain", [
  [
    "of an inline person whom nobody knows",
    demo,
    inline("bo", "zoe"),
    field(
      "unknown-approver",
      "approvers[1].identifier",
      "The directory knows no user zoe: level 1, group level-1.",
      { level: 1, group: "level-1", type: "user", identifier: "zoe" },
    ),
  ],
  [
    "of an inline role that nobody knows",
    demo,
    inline("role:zoo"),
    field(
      "unknown-approver",
      "approvers[0].identifier",
      "The directory knows no role zoo: level 1, group level-1.",
      { level: 1, group: "level-1", type: "role", identifier: "zoo" },
    ),
  ],
  [
    "of an inline role that is empty",
    demo,
    inline("role:legal"),
    field(
      "quorum-unreachable",
      "approvers",
      "Nobody can answer for group level-1 of level 1 (role legal).",
      { level: 1, name: "Level 1", groups: ["level-1"], approvers: ["legal"] },
    ),
  ],
  [
    "of a person whom the facts do not name",
    of(policy(level(group(any, template)))),
    asked(),
    no(
      "unknown-approver",
      "The facts do not say who ${context.owner} is: level 1, group ${context.owner}.",
      {
        level: 1,
        group: "${context.owner}",
        type: "user",
        identifier: "${context.owner}",
        resolved: null,
      },
    ),
  ],
  [
    "of a person whom the facts name wrongly",
    of(policy(level(group(any, template)))),
    asked({ context: { owner: "zoe" } }),
    no(
      "unknown-approver",
      "The directory knows no user zoe (${context.owner}): level 1, group ${context.owner}.",
      {
        level: 1,
        group: "${context.owner}",
        type: "user",
        identifier: "${context.owner}",
        resolved: "zoe",
      },
    ),
  ],
  [
    "of a quorum that is too large",
    of(policy([both, level([group(any, "sre"), group(atLeast(3), "qa_lead")], { name: "Two" })])),
    asked(),
    field("quorum-unreachable", "policy", tooFew(2), {
      level: 2,
      name: "Two",
      groups: ["qa-lead"],
      approvers: ["qa_lead"],
    }),
  ],
  [
    "of a quorum that is too large for a transition",
    of(policy(level(group(atLeast(3), "qa_lead")))),
    asked({ topic: { workflow: "release", id: "REL-1", from: "a", to: "b" } }),
    no("quorum-unreachable", tooFew(1), {
      level: 1,
      name: "Level",
      groups: ["qa-lead"],
      approvers: ["qa_lead"],
    }),
  ],
  [
    "whose limit lacks its value",
    of(policy(qaOnly.chain, { onePendingPer: "${context.service}" })),
    asked(),
    no("unprocessable", `The ask ${lacks}.`, { faults: [{ path: "", message: lacks }] }),
  ],
]);

areRefused("what leads to a child", [
  [
    "under a policy that is none",
    of(policy(level(group(any, "workflow:gone")))),
    asked(),
    no("unknown-policy", "There is no active policy gone.", {
      level: 1,
      group: "gone",
      policy: "gone",
    }),
  ],
  [
    "under the policy itself",
    of(policy(level(group(any, "workflow:release")))),
    asked(),
    no("policy-cycle", "A policy asks for itself: release → release.", {
      level: 1,
      group: "release",
      path: ["release", "release"],
    }),
  ],
  [
    "whose policy the facts do not name",
    of(policy(level(group(any, "workflow:${context.next}")))),
    asked(),
    no(
      "unknown-approver",
      "The facts do not say who ${context.next} is: level 1, group ${context.next}.",
      {
        level: 1,
        group: "${context.next}",
        type: "workflow",
        identifier: "${context.next}",
        resolved: null,
      },
    ),
  ],
  [
    "four deep",
    of(...deep.map((id, index) => asksNext(id, deep[index + 1]))),
    asked(),
    no("policy-cycle", "Child requests may be 3 deep, and d would be one more.", {
      level: 1,
      group: "d",
      path: deep,
    }),
  ],
]);

const schema = { type: "object" };
const faults = [{ path: "payload.replicas", message: "must be a number" }];
areRefused("a payload", [
  [
    "that does not fit the asker's schema",
    demo,
    asked({ schema, misfits: () => faults }),
    no(
      "schema-mismatch",
      "The payload does not fit its schema: payload.replicas must be a number.",
      { faults },
    ),
  ],
]);
