import {
  diffParameters,
  importParameters,
  kindParameters,
  lintParameters,
  MEDIA_TYPES,
  versionParameters,
} from "../../rest/definitions.ts";
import { refTo } from "../schemas.ts";
import { ok, ORG, type Operation } from "../operation.ts";

const admins = "admins; keys with scope `definitions:write`";
const members = "people and agents of the organisation";
const file = Object.fromEntries(MEDIA_TYPES.map((type) => [type, { type: "string" }]));

/** Policies, workflows, gates, recipes and the rest as code. */
export const definitionOperations: readonly Operation[] = [
  {
    method: "post",
    path: `${ORG}/definitions`,
    tag: "Definitions",
    summary: "Import a file of definitions",
    description: "Whole, or refused (422 `invalid-definition`) with every fault at its place.",
    who: admins,
    query: importParameters,
    body: file,
    repeats: true,
    answers: {
      200: { says: "Nothing in it is new.", content: "Imported" },
      201: { says: "Imported.", content: "Imported" },
    },
  },
  {
    method: "post",
    path: `${ORG}/definitions/lint`,
    tag: "Definitions",
    summary: "Check a file, and import nothing",
    description: "`strict` makes ignored keys faults.",
    who: admins,
    query: lintParameters,
    body: file,
    answers: ok("All faults and warnings.", "Linted"),
  },
  {
    method: "get",
    path: `${ORG}/definitions`,
    tag: "Definitions",
    summary: "The active definitions",
    who: members,
    query: kindParameters,
    answers: ok("Each without its source.", "Definitions"),
  },
  {
    method: "get",
    path: `${ORG}/definitions/export`,
    tag: "Definitions",
    summary: "The active definitions as files",
    who: members,
    query: kindParameters,
    answers: ok("Files, and what cannot be made into one.", "ExportedDefinitions"),
  },
  {
    method: "get",
    path: `${ORG}/definitions/:kind/:id`,
    tag: "Definitions",
    summary: "One definition with its source",
    description: "Without `version` the newest.",
    who: members,
    query: versionParameters,
    answers: ok("The definition.", "DefinitionWithSource"),
  },
  {
    method: "get",
    path: `${ORG}/definitions/:kind/:id/diff`,
    tag: "Definitions",
    summary: "What changed between two versions",
    description: "Without `from` and `to` the newest and the one before.",
    who: members,
    query: diffParameters,
    answers: ok("In words, and line by line.", "DefinitionDiff"),
  },
  {
    method: "delete",
    path: `${ORG}/definitions/:kind/:id`,
    tag: "Definitions",
    summary: "Take a definition out of use",
    description: "Requests keep the version they were made with.",
    who: admins,
    repeats: true,
    answers: ok("The retired definition.", "Retired"),
  },
  {
    method: "post",
    path: `${ORG}/definitions/simulate`,
    tag: "Definitions",
    summary: "Who would be asked, when and why",
    description: "By an active policy, a transition, an action, or a draft. Nothing is written.",
    who: admins,
    body: "SimulateBody",
    answers: ok("The chain as it would run.", "Simulation"),
  },
  {
    method: "post",
    path: `${ORG}/definitions/backtest`,
    tag: "Definitions",
    summary: "Hold a draft against recorded requests",
    who: admins,
    body: "BacktestBody",
    answers: ok("What it would have done.", "Backtest"),
  },
  {
    method: "post",
    path: `${ORG}/transitions`,
    tag: "Topics",
    summary: "Move a topic",
    description:
      "`state` creates an unknown topic; for a known one it must be its state (409 `topic-state`). While it is blocked, the same transition answers the same ids.",
    who: "agents; people but viewers",
    body: "TransitionBody",
    repeats: true,
    answers: {
      200: { says: "Done.", content: "CompletedTransition" },
      202: { says: "It waits for these approvals.", content: "BlockedTransition" },
    },
  },
  {
    method: "get",
    path: `${ORG}/topics/:workflow/:id`,
    tag: "Topics",
    summary: "Read a topic",
    who: members,
    answers: ok("The topic.", "Topic"),
  },
  {
    method: "post",
    path: `${ORG}/signals`,
    tag: "Topics",
    summary: "Facts about a topic, or what a run costs",
    who: "agents; people but viewers",
    body: {
      "application/json": {
        anyOf: [refTo("TopicSignalBody"), refTo("RunSignalBody")],
      },
    },
    repeats: true,
    answers: ok("The topic or the run as it stands now.", "Signalled"),
  },
];
