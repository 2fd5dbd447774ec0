import type { CountersignError } from "@countersign/client/errors.ts";
import { findingText, type Finding } from "./faults-text.ts";
import { visible } from "./visible.ts";

const isFinding = (value: unknown): value is Finding =>
  typeof value === "object" && value !== null && "message" in value;

/** Faults of a body or of a file, as an error carries them. */
export const faultsOf = ({ details }: CountersignError): readonly Finding[] => {
  const { faults } = details;
  return Array.isArray(faults) ? faults.filter(isFinding) : [];
};

/** What the server said: its sentence, its code, and the id that finds the call in its log. */
export const errorText = (error: CountersignError, file?: string): string => {
  const { message, code, correlationId, details } = error;
  const about = correlationId === null ? code : `${code}, correlation id ${correlationId}`;
  const candidates = Array.isArray(details["candidates"]) ? details["candidates"].map(String) : [];
  return [
    visible(`${message} (${about})`),
    ...(code === "invalid-definition"
      ? faultsOf(error).map((fault) => findingText(file ?? "source", fault))
      : faultsOf(error).map(({ path, message: what }) => visible(`  ${path ?? ""} ${what}`))),
    ...candidates.map((each) => visible(`  ${each}`)),
  ].join("\n");
};
