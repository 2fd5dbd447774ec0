import type { DefinitionContent, DefinitionKind } from "./definition.ts";

/**
 * One definition as read from a file, before it has a version: `content.version`, and that of a workflow's policies,
 * is 0 here, so that the same words always give the same content.
 */
export type ParsedDefinition = {
  readonly [K in DefinitionKind]: {
    readonly kind: K;
    readonly id: string;
    /** The file's own `version`, if it had one. */
    readonly label: string | null;
    /** Its own slice of the file. */
    readonly source: string;
    readonly content: DefinitionContent[K];
  };
}[DefinitionKind];

/** With `sha256:` + hex over the RFC 8785 form of `hashed(definition)`: hashing is not the domain's to do. */
export type HashedDefinition = ParsedDefinition & { readonly hash: string };

/** What makes a version: the parsed content and the author's own label. Comments, layout and place make none. */
export const hashed = ({
  label,
  content,
}: ParsedDefinition): {
  readonly label: string | null;
  readonly content: DefinitionContent[DefinitionKind];
} => ({ label, content });
