import { z } from "zod";
import { via } from "./levels.ts";
import { free, time } from "./parts.ts";
import { timelineEntry } from "./request.ts";

const kind = z.string();
const place = { line: z.int(), column: z.int(), path: z.string() };

export const definition = z.object({
  kind,
  id: z.string(),
  version: z.int(),
  label: z.string().nullable(),
  active: z.boolean(),
  hash: z.string(),
  imported_at: time,
  imported_by: z.string(),
  file: z.string(),
});

export const definitions = z.object({ definitions: z.array(definition) });
export const definitionWithSource = definition.extend({ source: z.string() });

const remark = z.object({
  code: z.string(),
  message: z.string(),
  ...place,
  text: z.string(),
  hint: z.string().optional(),
});

const ignored = z.object({ ...place, why: z.string() });

const found = { warnings: z.array(remark), ignored: z.array(ignored) };

export const imported = z.object({
  definitions: z.array(z.looseObject({ kind, id: z.string(), version: z.int() })),
  ...found,
});

export const linted = z.object({ ok: z.boolean(), faults: z.array(remark), ...found });

export const retired = z.object({
  kind,
  id: z.string(),
  version: z.int(),
  active: z.boolean(),
});

export const definitionDiff = z.object({
  changes: z.array(z.object({ path: z.string(), text: z.string(), loosens: z.boolean() })),
  lines: z.array(z.string()).meta({ description: "As `diff -u` shows them." }),
});

const about = { kind, id: z.string(), version: z.int(), file: z.string() };

export const exportedDefinitions = z.object({
  files: z.array(z.object({ ...about, media_type: z.string(), source: z.string() })),
  skipped: z.array(z.object(about)),
});

/** What the gates say of an action. */
export const evaluation = z.object({
  decision: z.enum(["ALLOW", "DENY", "ESCALATE"]),
  reasons: z.array(z.object({ code: z.string(), message: z.string() })),
  policy_trace: free,
  approval_id: z.string().optional().meta({ description: "Where a request was made." }),
});

const hint = remark.partial({ line: true, column: true, path: true, text: true }).extend({
  details: free.optional(),
});

/** Who would be asked, when and why. */
export const simulation = z.object({
  levels: z.array(
    z.object({
      number: z.int(),
      name: z.string(),
      applies: z.boolean(),
      because: z.string().nullable(),
      logic: z.enum(["AND", "OR"]),
      groups: z.array(
        z.object({
          group: z.string(),
          required: z.string(),
          needed: z.int(),
          slots: z.array(z.object({ approver: z.string().nullable(), via, why: z.string() })),
          dead_end: z.string().nullable(),
        }),
      ),
    }),
  ),
  timers: z.array(timelineEntry),
  expires_at: time.nullable(),
  warnings: z.array(hint),
});

/** What a draft would have done to recorded requests. */
export const backtest = z.object({
  period: z.object({ from: time, to: time }),
  requests: z.int(),
  allow: z.int(),
  deny: z.int(),
  escalate: z.int(),
  changed: z.array(z.object({ approval_id: z.string(), was: z.string(), would: z.string() })),
  approvers: z.record(z.string(), z.int()),
  average_response_time_minutes: z.number().nullable(),
  warnings: z.array(hint),
});
