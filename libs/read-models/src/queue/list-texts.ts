import { isObject, type Json } from "@countersign/domain/json.ts";

/** Rows whose list text is kept; each about 3 KB. */
const KEPT = 5_000;

/** A request as lists show it: without `action.parameters`, `context`, `attachments` and `timeline`. */
export const listText = (doc: string): string => {
  const request = JSON.parse(doc) as Json;
  if (!isObject(request)) throw new Error("a stored request is no JSON object");
  const { context: _, attachments: __, timeline: ___, ...shown } = request;
  const action = shown["action"];
  if (!isObject(action)) return JSON.stringify(shown);
  const { parameters: ____, ...rest } = action;
  return JSON.stringify({ ...shown, action: rest });
};

/** List texts made from whole requests when first shown, kept for as long as the request does not change. */
export class ListTexts {
  readonly #byRow = new Map<number, { readonly doc: string; readonly text: string }>();

  of(rid: number, doc: string): string {
    const known = this.#byRow.get(rid);
    if (known?.doc === doc) return known.text;
    const text = listText(doc);
    this.#byRow.delete(rid);
    this.#byRow.set(rid, { doc, text });
    if (this.#byRow.size > KEPT) {
      const oldest = this.#byRow.keys().next();
      if (oldest.done !== true) this.#byRow.delete(oldest.value);
    }
    return text;
  }
}
