import type { JsonObject } from "@countersign/domain/json.ts";
import type { Fault, FaultCode, Ignored, Warning, WarningCode } from "./fault.ts";
import type { Known } from "./known.ts";
import type { CountedDays } from "./read-timer.ts";
import { SourceText } from "./source-text.ts";
import type { Cursor } from "./tree.ts";

/** A hostile file has no more findings of a kind than this: the answer stays readable. */
const MOST = 500;

interface Reference extends Cursor {
  readonly name: string;
}

/** What keeps a JSON Schema from being used, as the end of a sentence; null when nothing does. */
export type SchemaFault = (schema: JsonObject) => string | null;

/** One reading of one file: its text, and all that was found on the way. */
export class Reading {
  readonly source: SourceText;
  /** The org's names; null when nobody said (a lint without a server). */
  readonly known: Known | null;
  readonly faults: Fault[] = [];
  readonly warnings: Warning[] = [];
  readonly ignored: Ignored[] = [];
  /** Policies and calendars named somewhere: held against the whole file and the org once all of it was read. */
  readonly policyNames: Reference[] = [];
  readonly calendarNames: Reference[] = [];
  /** States that workflow guards name. */
  readonly guardStates: (Reference & { readonly workflow: string })[] = [];
  /** A slice of the text may say less than its tree: of a table in TOML, and where aliases are used. */
  slicesSayLess = false;
  /** Facts named by conditions and guards. */
  readonly factNames: Reference[] = [];
  /** Timers that count days: judged by the calendars of the whole file and the org. */
  readonly countedDays: CountedDays[] = [];

  /** What keeps a JSON Schema from being used; null when nobody is there to say. */
  readonly schemaFault: SchemaFault | null;

  constructor(text: string, known: Known | null, schemaFault: SchemaFault | null = null) {
    this.source = new SourceText(text);
    this.known = known;
    this.schemaFault = schemaFault;
  }

  /** A fault at an offset. */
  faultAt(code: FaultCode, offset: number, path: string, message: string, hint?: string): void {
    if (this.faults.length < MOST) {
      const about = { code, message, ...this.source.at(offset), path };
      this.faults.push(hint === undefined ? about : { ...about, hint });
    }
  }

  /** A fault at a value. */
  fault(code: FaultCode, { node, path }: Cursor, message: string, hint?: string): void {
    this.faultAt(code, node.start, path, message, hint);
  }

  /** A key that has to be there: said at the first key of its mapping. */
  missing({ node, path }: Cursor, key: string, message: string): void {
    const first = node.kind === "map" ? node.entries[0] : undefined;
    const at = first?.keyStart ?? node.start;
    this.faultAt("missing-key", at, path === "" ? key : `${path}.${key}`, message);
  }

  warn(code: WarningCode, { node, path }: Cursor, message: string, hint?: string): void {
    if (this.warnings.length < MOST) {
      const about = { code, message, ...this.source.at(node.start), path };
      this.warnings.push(hint === undefined ? about : { ...about, hint });
    }
  }

  /** A key that says nothing here. */
  ignore(keyStart: number, path: string, why: string): void {
    if (this.ignored.length < MOST) {
      const { line, column } = this.source.at(keyStart);
      this.ignored.push({ path, line, column, why });
    }
  }
}
