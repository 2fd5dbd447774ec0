import { subjectMatches } from "@countersign/messaging/subjects.ts";

/** Subjects looked up lately; beyond this many the memory of them starts again. */
const MAX_REMEMBERED = 10_000;

/**
 * What is registered under subject patterns, found by subject: one map lookup for a subject seen before, as there
 * are few registrations and many messages.
 */
export class SubjectIndex<T> {
  readonly #registered = new Set<{ readonly pattern: string; readonly value: T }>();
  readonly #found = new Map<string, readonly T[]>();

  /** Registers `value` under a pattern; the returned function takes it out again. */
  add(pattern: string, value: T): () => void {
    const entry = { pattern, value };
    this.#registered.add(entry);
    this.#found.clear();
    return () => {
      this.#registered.delete(entry);
      this.#found.clear();
    };
  }

  /** Everything that matches, in the order of registration. */
  find(subject: string): readonly T[] {
    let found = this.#found.get(subject);
    if (found === undefined) {
      found = [...this.#registered]
        .filter(({ pattern }) => pattern === subject || subjectMatches(pattern, subject))
        .map(({ value }) => value);
      if (this.#found.size >= MAX_REMEMBERED) this.#found.clear();
      this.#found.set(subject, found);
    }
    return found;
  }
}
