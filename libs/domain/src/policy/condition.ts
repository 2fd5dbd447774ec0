import type { Json } from "../json.ts";

export type Operator =
  | "="
  | "!="
  | ">"
  | ">="
  | "<"
  | "<="
  | "in"
  | "not_in"
  | "contains"
  | "exists";

/** A comparison of one fact, a combination, or a guard expression (CEL) kept as its text. */
export type Condition =
  | {
      readonly kind: "field";
      readonly field: string;
      readonly operator: Operator;
      readonly value: Json;
    }
  | { readonly kind: "all"; readonly of: readonly Condition[] }
  | { readonly kind: "any"; readonly of: readonly Condition[] }
  | { readonly kind: "expression"; readonly text: string };
