import { plainPolicy } from "@countersign/domain/policy/plain.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Transition } from "@countersign/domain/topic/workflow.ts";
import { fieldsOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { chainKeys, readChain } from "./read-chain.ts";
import { readCondition } from "./read-condition.ts";
import type { Reading } from "./reading.ts";
import {
  higherUrgency,
  levelsOf,
  readApproval,
  readRequireApproval,
  urgencies,
} from "./read-short-forms.ts";
import type { DraftLevel, Urgency } from "./read-short-forms.ts";
import { silent } from "./read-states.ts";
import { suggest } from "./suggest.ts";
import type { Cursor } from "./tree.ts";
import { ID, readBoolean, readName, readText, readTexts, readWord } from "./values.ts";

const shape = {
  what: "a transition",
  keys: [
    "from",
    "to",
    "name",
    "when",
    "conditions",
    "require_approval",
    "approval_chain",
    "approval",
    "metadata",
    "description",
  ],
  silent: {
    hooks: silent["hooks"] ?? "",
    automations: silent["automations"] ?? "",
    checklist: silent["checklist"] ?? "",
    guards: silent["guards"] ?? "",
  },
};
const metadataShape = {
  what: "a transition's metadata",
  keys: ["requires_fields", "rejection", "message", "urgency", "description"],
};
const chainShape = { what: "an approval chain", keys: chainKeys };

/** Names that say that a transition takes something back: a state's approval does not guard those. */
const rejectionName =
  /^(reject(ed|ion)?|den(y|ied)|return(ed)?|cancel(l?ed)?|requests? changes|request(ed)? changes|withdraw(n)?)\b/i;

/** What a transition is read for. */
export interface TransitionContext {
  /** The workflow's id; empty when it could not be read. */
  readonly workflow: string;
  /** Declared states; null when the transitions declare them. */
  readonly states: ReadonlySet<string> | null;
  /** Levels that guard what leaves a state. */
  readonly approvals: ReadonlyMap<string, readonly DraftLevel[]>;
}

interface Approving {
  readonly policy: Omit<Policy, "id" | "name"> | null;
  readonly urgency: Urgency | null;
}

const readApproving = (
  reading: Reading,
  fields: Fields,
  name: string | null,
  guards: readonly DraftLevel[],
): Approving => {
  const forms = ["require_approval", "approval_chain", "approval"] as const;
  const written = forms.filter((form) => fields.get(form) !== undefined);
  const [, second] = written;
  if (second !== undefined) {
    const message = `A transition has only one of ${forms.map((form) => `\`${form}\``).join(", ")}.`;
    const path = `${fields.cursor.path}.${second}`;
    reading.faultAt("not-one-of", fields.keyStart(second), path, message);
  }
  const before = levelsOf(guards, name, 1);
  const chain = fields.get("approval_chain");
  if (chain !== undefined) {
    const inner = fieldsOf(reading, chain, chainShape);
    const policy = inner === null ? null : readChain(reading, inner, { name, before });
    return { policy, urgency: null };
  }
  const entries = fields.get("require_approval");
  const approval = fields.get("approval");
  const { drafts, urgency } =
    entries !== undefined
      ? readRequireApproval(reading, entries)
      : { drafts: approval === undefined ? [] : readApproval(reading, approval), urgency: null };
  const levels = [...before, ...levelsOf(drafts, name, before.length + 1)];
  return {
    policy: levels.length === 0 ? null : { version: 0, ...plainPolicy, chain: levels },
    urgency,
  };
};

const readState = (
  reading: Reading,
  fields: Fields,
  key: "from" | "to",
  states: ReadonlySet<string> | null,
): string | null => {
  const place = fields.get(key);
  if (place === undefined) {
    reading.missing(fields.cursor, key, `A transition needs \`${key}\`.`);
    return null;
  }
  const state = readText(reading, place, 128);
  if (state !== null && states !== null && !states.has(state)) {
    const meant = suggest(state, states);
    const hint = meant === undefined ? undefined : `Did you mean \`${meant}\`?`;
    reading.fault("unknown-name", place, `The state \`${state}\` is not declared.`, hint);
    return null;
  }
  return state;
};

/** One transition with what must be agreed for it; null after a fault that leaves nothing to build. */
export const readTransition = (
  reading: Reading,
  cursor: Cursor,
  { workflow, states, approvals }: TransitionContext,
): Transition | null => {
  const fields = fieldsOf(reading, cursor, shape);
  if (fields === null) {
    return null;
  }
  const from = readState(reading, fields, "from", states);
  const to = readState(reading, fields, "to", states);
  const name = readName(reading, fields.get("name"));
  const place = fields.get("metadata");
  const metadata = place === undefined ? null : fieldsOf(reading, place, metadataShape);
  const marked = readBoolean(reading, metadata?.get("rejection"), false);
  const drafts = approvals.get(from ?? "") ?? [];
  const takesBack = marked || (name !== null && rejectionName.test(name));
  if (takesBack && drafts.length > 0) {
    const why = `It takes back, so the approval of \`${from}\` does not guard it.`;
    reading.ignore(cursor.node.start, cursor.path, why);
  }
  const approving = readApproving(reading, fields, name, takesBack ? [] : drafts);
  const when = readCondition(reading, fields.get("when"));
  const conditions = readCondition(reading, fields.get("conditions"));
  const requiresFields = readTexts(reading, metadata?.get("requires_fields"));
  const message = readText(reading, metadata?.get("message"));
  const urgency = readWord(reading, metadata?.get("urgency"), urgencies);
  if (from === null || to === null) {
    return null;
  }
  const id = `${workflow}--${from}--${to}`;
  if (approving.policy !== null && workflow !== "" && !ID.test(id)) {
    const said = `\`${id}\`, the id of what must be agreed here, is no id`;
    const message = `${said}: 1 to 64 letters, digits, \`_\` or \`-\`.`;
    reading.fault("bad-id", cursor, message);
  }
  return {
    from,
    to,
    name,
    when,
    conditions,
    policy:
      approving.policy === null
        ? null
        : { id, name: name ?? `${from} → ${to}`, ...approving.policy },
    requiresFields,
    rejection: marked,
    message,
    urgency: higherUrgency(urgency, approving.urgency),
  };
};
