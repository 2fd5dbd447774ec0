import type { CountersignError } from "@countersign/client/errors.ts";
import type { Finding } from "./faults-text.ts";
import { visible } from "./visible.ts";

const isFinding = (value: unknown): value is Finding =>
  typeof value === "object" && value !== null && "message" in value;

/** Faults of a body or of a file, as an error carries them. */
export const faultsOf = ({ details }: CountersignError): readonly Finding[] => {
  const { faults } = details;
  return Array.isArray(faults) ? faults.filter(isFinding) : [];
};

/** Each fault with its place; one alone has said the same in the sentence already. */
const faultTexts = (faults: readonly Finding[]): string[] =>
  faults.length < 2 ? [] : faults.map(({ path, message }) => visible(`  ${path ?? ""} ${message}`));

/** What the server said: its sentence, its code, and the id that finds the call in its log. */
export const errorText = (error: CountersignError): string => {
  const { message, code, correlationId, details } = error;
  const about = correlationId === null ? code : `${code}, correlation id ${correlationId}`;
  const candidates = Array.isArray(details["candidates"]) ? details["candidates"].map(String) : [];
  return [
    visible(`${message} (${about})`),
    ...faultTexts(faultsOf(error)),
    ...candidates.map((each) => visible(`  ${each}`)),
  ].join("\n");
};
