import { Readable } from "node:stream";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Caller, Inner } from "../edge/inner.ts";
import type { Log } from "../edge/log.ts";
import { resultOf } from "../edge/answer.ts";

/** An entry of the trail, as on the wire. */
interface Entry {
  readonly [name: string]: unknown;
  readonly actor: { readonly kind: string; readonly id: string; readonly on_behalf_of?: string };
}

interface Page {
  readonly items: readonly Entry[];
  readonly page: { readonly next: string | null };
}

const PAGE = 100;

/** What stands in a line of CSV: the entry's own names, and the actor in three columns. */
const columns: readonly (readonly [string, (entry: Entry) => unknown])[] = [
  ...["position", "at", "event", "category", "request"].map(
    (name) => [name, (entry: Entry) => entry[name]] as const,
  ),
  ["actor_kind", ({ actor }) => actor.kind],
  ["actor_id", ({ actor }) => actor.id],
  ["on_behalf_of", ({ actor }) => actor.on_behalf_of],
  ...["channel", "level", "step", "decision", "group", "code", "notes", "reason"].map(
    (name) => [name, (entry: Entry) => entry[name]] as const,
  ),
  ...["event_id", "correlation_id"].map((name) => [name, (entry: Entry) => entry[name]] as const),
];

/** RFC 4180. A text that a spreadsheet would run as a formula is led by an apostrophe. */
const cell = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return JSON.stringify(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const formats = {
  jsonl: {
    type: "application/x-ndjson; charset=utf-8",
    head: "",
    line: (entry: Entry) => `${JSON.stringify(entry)}\n`,
  },
  csv: {
    type: "text/csv; charset=utf-8",
    head: `${columns.map(([name]) => name).join(",")}\r\n`,
    line: (entry: Entry) => `${columns.map(([, of]) => cell(of(entry))).join(",")}\r\n`,
  },
} as const;

export type ExportFormat = keyof typeof formats;

export const isExportFormat = (format: unknown): format is ExportFormat =>
  format === "jsonl" || format === "csv";

/**
 * The whole trail that a filter leaves, newest first, page after page as the reader takes it. The first page is read
 * before anything is sent, so that a refusal is answered as one; a failure later cuts the answer off, which the reader
 * sees as an answer that was not completed.
 */
export const exportTrail = async (
  inner: Inner,
  caller: Caller,
  log: Log,
  format: ExportFormat,
  asked: object,
): Promise<{ readonly type: string; readonly body: Readable }> => {
  const { type, head, line } = formats[format];
  const page = async (after: string | null): Promise<Page> => {
    const parameters = { ...asked, limit: PAGE, ...(after === null ? {} : { after }) };
    const reply: Reply = await inner.query(caller, "audit", parameters);
    return resultOf<Page>(reply, caller.correlationId, log);
  };
  const first = await page(null);
  async function* lines(): AsyncGenerator<string> {
    yield head + first.items.map(line).join("");
    for (let { next } = first.page; next !== null;) {
      const more = await page(next);
      yield more.items.map(line).join("");
      ({ next } = more.page);
    }
  }
  return { type, body: Readable.from(lines()) };
};
