import type { Build } from "./build.ts";
import { everybody, only, placeOf, type Crowd } from "./crowd.ts";
import type { Scene } from "./model.ts";
import { askedHash, type Move } from "./moves.ts";
import { compare, makeMove, nothingAsked, type Divergence, type Pair } from "./play.ts";
import type { Bar, Book, Box, Rung } from "./shapes.ts";
import type { Town } from "./town.ts";

/** Every sequence of commands up to a depth, for policies small enough. */

/** A command, or something that happens to the world. */
type Step = Move | { readonly kind: "world"; readonly change: (scene: Scene) => Scene };

export interface Shape {
  readonly title: string;
  readonly scene: Scene;
  readonly steps: readonly Step[];
}

const people = (...names: readonly string[]): Crowd =>
  names.reduce((crowd, name) => crowd | only(placeOf(name)), 0);

const town = (...roles: readonly Crowd[]): Town => ({
  known: everybody & ~people("zed"),
  active: everybody,
  viewers: 0,
  admins: people("ana", "gus"),
  roles,
  agentsDecide: false,
  turns: [],
  away: 0,
  links: [],
});

const any: Bar = { required: "any", amount: 0 };

const box = (bar: Bar, role: number): Box => ({ bar, sources: [{ role }] });

const rung = (boxes: readonly Box[], logic: Rung["logic"] = "AND"): Rung => ({
  boxes,
  logic,
  distinct: true,
  onDeny: "veto",
  onEmpty: "block",
  test: null,
  unskippable: false,
  deciders: 0,
});

const sceneOf = (rungs: readonly Rung[], where: Town): Scene => {
  const book: Book = {
    id: "release",
    version: 1,
    rungs,
    fallback: null,
    onAllSkipped: "block",
    selfApproval: null,
    expires: 60,
    keepsApprovals: false,
    grant: 60,
    maxResubmissions: 3,
  };
  return {
    town: where,
    shelf: { books: [book], orgExpires: null, orgSelfApproval: "forbid", orgPolicy: null },
    now: Date.parse("2026-01-05T09:00:00.000Z"),
    stored: false,
  };
};

const approve = (by: string, level: number | null = null, hash: string | null = null): Move => ({
  kind: "approve",
  by,
  level,
  hash,
});
const deny = (by: string, level: number | null = null): Move => ({
  kind: "deny",
  by,
  level,
  hash: askedHash,
  reason: "no",
});
const recheck: Move = { kind: "recheck" };
const cancel: Move = { kind: "cancel", by: "bot" };
/** Half of the request's time passes. */
const halfAnHour: Step = {
  kind: "world",
  change: (scene) => ({ ...scene, now: scene.now + 30 * 60_000 }),
};
/** The person leaves the role, or comes back. */
const flips = (name: string, role: number): Step => ({
  kind: "world",
  change: (scene) => ({
    ...scene,
    town: {
      ...scene.town,
      roles: scene.town.roles.map((members, at) =>
        at === role ? members ^ people(name) : members,
      ),
    },
  }),
});

export const shapes: readonly Shape[] = [
  {
    title: "any of two",
    scene: sceneOf([rung([box(any, 0)])], town(people("bo", "cy"))),
    steps: [
      approve("bo"),
      approve("cy", 1, "sha256:zz"),
      approve("ana"),
      approve("zed"),
      deny("bo", 1),
      deny("cy"),
      { kind: "expire" },
      cancel,
      recheck,
      halfAnHour,
      flips("bo", 0),
    ],
  },
  {
    title: "two groups that share a person, both wanted",
    scene: sceneOf(
      [rung([box(any, 0), box({ required: "all", amount: 0 }, 1)])],
      town(people("bo", "cy"), people("cy", "dee")),
    ),
    steps: [
      approve("bo"),
      approve("cy"),
      approve("dee"),
      approve("cy", 2),
      deny("cy", 1),
      deny("dee"),
      cancel,
      recheck,
      halfAnHour,
      flips("cy", 0),
      flips("cy", 1),
    ],
  },
  {
    title: "two of three, then one of two groups",
    scene: sceneOf(
      [
        rung([box({ required: "threshold", amount: 2 }, 0)]),
        rung([box(any, 1), box({ required: "all", amount: 0 }, 2)], "OR"),
      ],
      town(people("bo", "cy", "dee"), people("dee", "eli"), people("fay", "cy")),
    ),
    steps: [
      approve("bo"),
      approve("cy"),
      approve("cy", 2),
      approve("dee", 1),
      approve("dee", 2),
      approve("fay"),
      deny("cy", 1),
      deny("fay", 2),
      recheck,
      halfAnHour,
      flips("cy", 2),
    ],
  },
];

export interface Enumerated {
  readonly sequences: number;
  readonly divergences: readonly (Divergence & { readonly steps: string })[];
}

/** All sequences of 1 to `depth` steps after the ask: decider and model are compared after each. */
export const everySequence = (build: Build, { scene, steps }: Shape, depth: number): Enumerated => {
  const divergences: Enumerated["divergences"][number][] = [];
  let sequences = 0;
  const go = (pair: Pair, here: Scene, taken: readonly Step[]): void => {
    if (taken.length === depth) return;
    for (const step of steps) {
      sequences += 1;
      const path = [...taken, step];
      const isWorld = step.kind === "world";
      const next = isWorld ? step.change(here) : here;
      const outcome = isWorld ? { pair, divergence: null } : makeMove(build, pair, step, next);
      const divergence = isWorld ? compare(build, pair, next) : outcome.divergence;
      if (divergence === null) go(outcome.pair, next, path);
      else divergences.push({ ...divergence, steps: JSON.stringify(path) });
    }
  };
  const wish = {
    policy: "release",
    approvers: null,
    expires: null,
    facts: {},
    describes: null,
    valid: true,
    again: false,
    gated: false,
  };
  const asked = makeMove(build, nothingAsked, { kind: "ask", by: "bot", wish }, scene);
  if (asked.divergence !== null) throw new Error(JSON.stringify(asked.divergence));
  go(asked.pair, scene, []);
  return { sequences, divergences };
};
