import { amends, breaksGlass, modifies, prolongs } from "../../testkit/changing.ts";
import { role } from "../../testkit/examples/directory.ts";
import { all, any, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { after } from "../../testkit/firing.ts";
import { given } from "../../testkit/given-when-then.ts";
import { approves, asked, command, people } from "../../testkit/happenings.ts";
import { areRefused, no, noFor, own, wrong } from "../../testkit/refusing.ts";
import { world } from "../../testkit/world.ts";

const chain = policy([
  level(group(any, "qa_lead")),
  level(group(all, "sre"), { timeout: "4h", escalation: [after("2h", "reminder")] }),
  level([group(any, "manager"), group(any, "director")], { unskippable: true }),
]);
const open = given(world(chain), people(role("break_glass", "hal", "ana", "bo")), asked());
const second = open.and(approves("bo"));
const critical = { conditions: when("priority", "critical") };
/** Its first level does not apply. */
const later = given(
  world(policy([level(group(any, "qa_lead"), critical), level(group(any, "sre"))])),
  asked({ context: { priority: "low" } }),
);
const ended = given(world(policy(level(group(any, "qa_lead")))), asked(), approves("bo"));
const expiresAt = "2026-01-06T09:00:00.000Z";
const tomorrow = "2026-01-07T09:00:00.000Z";

const adding = (levelNumber: number, who: string, name?: string) =>
  amends("ivy", {
    add: [
      { level: 2, who: ["hal"] },
      { level: levelNumber, who: [who], ...(name === undefined ? {} : { group: name }) },
    ],
  });
const shortening = (levelNumber: number, step: number | null, duration: string) =>
  amends("ivy", { shorten: [{ level: levelNumber, step, after: duration }] });
const extendingBySystem = command(null, { type: "extend", expiresAt: tomorrow, reason: "x" });
const unknown = (type: string, identifier: string) =>
  no("unknown-approver", `The directory knows no ${type} ${identifier}.`, { type, identifier });
const forAdmins = no("forbidden", "Only admins amend the chain of a request.");
const forApprovers = no(
  "forbidden",
  "Only approvers of the open level and admins extend a request.",
);
const forBreakers = no("forbidden", "Only members of the role break_glass may break the glass.");
const outOfRange = (message: string, of: string | null = expiresAt) =>
  noFor("expiry-out-of-range", "expires_at", message, { expires_at: of });

areRefused("an amendment", [
  ["by an approver", open, amends("bo"), forAdmins],
  ["by an agent", open, amends("ci"), forAdmins],
  [
    "by a process of ours",
    open,
    command(null, {
      type: "amend",
      skipLevels: [],
      addApprovers: [],
      shorten: [],
      reason: "x",
    }),
    forAdmins,
  ],
  [
    "without a reason",
    open,
    amends("ivy", { reason: " " }),
    noFor("reason-required", "reason", "An amendment needs a reason."),
  ],
  ["by who asked", open, amends("ana"), own("amends")],
  [
    "that skips what is no level",
    open,
    amends("ivy", { skip: [2, 4] }),
    wrong("skip_levels[1]", "names level 4, which is none"),
  ],
  [
    "that skips what was approved",
    second,
    amends("ivy", { skip: [1] }),
    wrong("skip_levels[0]", "names level 1, which is approved"),
  ],
  [
    "that skips the open level",
    open,
    amends("ivy", { skip: [1] }),
    wrong("skip_levels[0]", "names level 1, which is open: only levels to come are skipped"),
  ],
  [
    "that skips what nobody skips",
    open,
    amends("ivy", { skip: [3] }),
    wrong("skip_levels[0]", "names level 3, which its policy does not let anybody skip"),
  ],
  [
    "that adds people to what is no level",
    open,
    adding(4, "hal"),
    wrong("add_approvers[1].level", "names level 4, which is none"),
  ],
  [
    "that adds people to what was approved",
    second,
    adding(1, "hal"),
    wrong("add_approvers[1].level", "names level 1, which is approved"),
  ],
  [
    "that adds people to what was skipped",
    later,
    adding(1, "hal"),
    wrong("add_approvers[1].level", "names level 1, which was skipped"),
  ],
  [
    "that adds people to one of several groups",
    open,
    adding(3, "hal"),
    wrong("add_approvers[1].group", "is missing: the level has several"),
  ],
  [
    "that adds people to what is no group",
    open,
    adding(1, "hal", "sre"),
    wrong("add_approvers[1].group", "names sre, which is no group of level 1"),
  ],
  ["that adds a stranger", open, adding(1, "zoe"), unknown("user", "zoe")],
  ["that adds a role that is none", open, adding(1, "role:zoo"), unknown("role", "zoo")],
  [
    "that shortens what is no level",
    open,
    shortening(4, null, "1h"),
    wrong("shorten[0].level", "names level 4, which is none"),
  ],
  [
    "that shortens what was approved",
    second,
    shortening(1, null, "1h"),
    wrong("shorten[0].level", "names level 1, which is approved"),
  ],
  [
    "that shortens a timeout that is none",
    open,
    shortening(1, null, "1h"),
    wrong("shorten[0]", "names a timeout that level 1 has not"),
  ],
  [
    "that shortens a step that is none",
    open,
    shortening(2, 2, "1h"),
    wrong("shorten[0].step", "names a step 2 that level 2 has not"),
  ],
  [
    "that shortens to no duration",
    open,
    shortening(2, null, "soon"),
    wrong("shorten[0].after", "must be a duration above zero"),
  ],
  [
    "that shortens to as long",
    open,
    shortening(2, null, "4h"),
    wrong("shorten[0].after", "must be shorter than 4h"),
  ],
  [
    "that shortens a step to longer",
    open,
    shortening(2, 1, "3h"),
    wrong("shorten[0].after", "must be shorter than 2h"),
  ],
]);

areRefused("an extension", [
  ["by who has no say at the open level", open, prolongs("gus", tomorrow), forApprovers],
  ["by a process of ours", open, extendingBySystem, forApprovers],
  ["by a process of ours, after the end", ended, extendingBySystem, forApprovers],
  [
    "without a reason",
    open,
    prolongs("bo", tomorrow, null),
    noFor("reason-required", "reason", "An extension needs a reason."),
  ],
  ["by who asked", open, prolongs("ana", tomorrow), own("extends")],
  [
    "of what never expires",
    given(world(chain), asked({ expiresIn: "never" })),
    prolongs("bo", tomorrow),
    outOfRange("The request never expires.", null),
  ],
  [
    "to no later time",
    open,
    prolongs("bo", expiresAt),
    outOfRange(`The expiry is already ${expiresAt}: an extension must be later.`),
  ],
  [
    "to more than 30 days ahead",
    open,
    prolongs("bo", "2026-02-04T09:00:00.001Z"),
    outOfRange("An extension reaches at most 30 days ahead."),
  ],
  [
    "for the fourth time",
    open.and(...["01", "02", "03"].map((hour) => prolongs("bo", `2026-01-07T${hour}:00:00.000Z`))),
    prolongs("bo", tomorrow),
    outOfRange("A request is extended at most 3 times.", "2026-01-07T03:00:00.000Z"),
  ],
  [
    "by the parent's time, of a request that has none",
    open,
    command(null, { type: "extend-with-parent", expiresAt: tomorrow, before: expiresAt }),
    no("forbidden", "Only a child request follows its parent."),
  ],
]);

areRefused("broken glass", [
  ["by who is not in the role", open, breaksGlass("gus"), forBreakers],
  [
    "by a process of ours",
    open,
    command(null, { type: "break-glass", reason: "x", payloadHash: null }),
    forBreakers,
  ],
  [
    "without a reason",
    open,
    breaksGlass("hal", { reason: null }),
    noFor("reason-required", "reason", "Breaking the glass needs a reason."),
  ],
  ["by who asked", open, breaksGlass("ana"), own("breaks glass for")],
  [
    "by who edited the payload",
    open.and(modifies("bo")),
    breaksGlass("bo"),
    no("separation-of-duties", "Whoever edited the payload does not break the glass for it."),
  ],
  [
    "for another payload",
    open,
    breaksGlass("hal", { hash: "sha256:bb" }),
    no("payload-changed", "The payload is not the one that this was said about.", {
      payload_hash: "sha256:aa",
      payload_version: 1,
    }),
  ],
]);
