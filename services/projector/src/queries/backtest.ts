import { setImmediate as breathe } from "node:timers/promises";
import { parseIJson } from "@countersign/api-contract/i-json.ts";
import { authorRefusal } from "@countersign/application/definition.ts";
import { parseBacktest, type BacktestBody } from "@countersign/api-contract/simulation.ts";
import { schemaFault } from "@countersign/application/payload-schema.ts";
import { BacktestRun } from "@countersign/application/simulation/backtest.ts";
import { withDraft } from "@countersign/application/simulation/draft.ts";
import type { RecordedRequest } from "@countersign/application/simulation/recorded-ask.ts";
import { languageOf } from "@countersign/definitions/language.ts";
import { parseFile, type ParsedFile } from "@countersign/definitions/parse-file.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import { RecordedRequests } from "@countersign/read-models/queue/recorded-requests.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Asked } from "../asked.ts";
import { no, Refused, yes } from "../reply.ts";
import type { QueuePart } from "./queue-part.ts";

const DAY_MS = 86_400_000;
/** Requests that one backtest reads at most: a few seconds of work, and no more. */
const MOST = 50_000;
/** Requests between two breaths, in which others are served: about ten milliseconds. */
const PAGE = 100;

const readBody = (text: string): BacktestBody => {
  const read = parseIJson(text === "" ? "{}" : text);
  if (!read.ok) {
    const { code, message, path } = read.fault;
    throw new Refused({ code, message, details: { path, faults: [{ path, message }] } });
  }
  const parsed = parseBacktest(read.value);
  if (!parsed.ok) throw new Refused(parsed.error);
  return parsed.value;
};

/** The org with the draft imported. Throws `Refused` (`invalid-definition`) with every fault. */
const drafted = (
  { source, language, name }: BacktestBody,
  { references }: QueuePart,
  org: string,
  at: string,
): { readonly reference: Reference; readonly warnings: ParsedFile["warnings"] } => {
  const { directory, definition } = references.of(org);
  const file = name ?? "draft";
  const { faults, warnings, definitions } = parseFile({
    text: source,
    mediaType: language ?? languageOf(source, file),
    file,
    known: { roles: directory.roles, people: directory.people, definition },
    schemaFault,
  });
  if (faults.length > 0)
    throw new Refused({
      code: "invalid-definition",
      message: `The source cannot be held against anything: ${faults.length === 1 ? "1 fault" : `${faults.length} faults`}.`,
      details: { faults },
    });
  const draft = withDraft(definition, definitions, file, at);
  return { reference: references.drafted(org, draft), warnings };
};

/** What a draft would have done to the recorded requests of the last days. Writes nothing, and lets others through. */
const backtest = async (part: QueuePart, asked: Asked): Promise<Reply> => {
  const { org, viewer, parameters } = asked;
  const denied = authorRefusal(viewer.principal, part.references.of(org));
  if (denied !== null) return no(denied);
  const text = parameters["body"];
  const body = readBody(typeof text === "string" ? text : "");
  const now = part.clock.now();
  const period = {
    from: new Date(now - body.days * DAY_MS).toISOString(),
    to: new Date(now).toISOString(),
  };
  const { reference, warnings } = drafted(body, part, org, period.to);
  const run = new BacktestRun(reference);
  const recorded = new RecordedRequests(part.projection);
  const begin = recorded.begin(org, period.from, MOST);
  let rid = begin?.rid ?? null;
  while (rid !== null) {
    const page = recorded.page(org, rid, PAGE);
    for (const { doc } of page) run.add(JSON.parse(doc) as RecordedRequest);
    const last = page.length < PAGE ? undefined : page.at(-1);
    rid = last === undefined ? null : last.rid + 1;
    await breathe();
  }
  const result = run.result(period, begin?.cut === true);
  return yes(JSON.stringify({ ...result, warnings: [...warnings, ...result.warnings] }));
};

const tails = new WeakMap<QueuePart, Promise<unknown>>();

/** One after another: several at once would leave no breath for the queries in between. */
export const backtestQuery = async (part: QueuePart, asked: Asked): Promise<Reply> => {
  const before = tails.get(part) ?? Promise.resolve();
  const mine = before.then(() => backtest(part, asked));
  tails.set(
    part,
    mine.catch(() => undefined),
  );
  return mine;
};
