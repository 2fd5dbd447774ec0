import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";

export const limits = { depth: 12, aliases: 15, tokens: 1000, complexity: 5000 } as const;

/** Fields of connections, which say nothing about how deep a query reaches. */
const NOT_COUNTED = new Set(["edges", "node", "pageInfo"]);

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const depthOf = (
  set: SelectionSetNode | undefined,
  fragments: Fragments,
  open: ReadonlySet<string>,
): number => {
  let deepest = 0;
  for (const selection of set?.selections ?? []) {
    let depth = 0;
    if (selection.kind === Kind.FIELD) {
      const own = NOT_COUNTED.has(selection.name.value) ? 0 : 1;
      depth = own + depthOf(selection.selectionSet, fragments, open);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      depth = depthOf(selection.selectionSet, fragments, open);
    } else if (!open.has(selection.name.value)) {
      const inside = new Set([...open, selection.name.value]);
      depth = depthOf(fragments.get(selection.name.value)?.selectionSet, fragments, inside);
    }
    deepest = Math.max(deepest, depth);
  }
  return deepest;
};

/** Only asks what the schema is: GraphiQL's own query, which is deep by nature. */
export const isIntrospection = ({ definitions }: DocumentNode): boolean =>
  definitions.every(
    (definition) =>
      definition.kind !== Kind.OPERATION_DEFINITION ||
      definition.selectionSet.selections.every(
        (selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith("__"),
      ),
  );

/** Refuses documents with several operations, too many aliases, or too much depth. */
export const limitRule = (context: ValidationContext): ASTVisitor => {
  const document = context.getDocument();
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    } else if (definition.kind === Kind.OPERATION_DEFINITION) {
      operations.push(definition);
    }
  }
  let aliases = 0;
  return {
    Document: () => {
      if (operations.length > 1) {
        context.reportError(new GraphQLError("A document holds one operation."));
      }
      const open = new Set<string>();
      const depths = operations.map((one) => depthOf(one.selectionSet, fragments, open));
      if (!isIntrospection(document) && Math.max(0, ...depths) > limits.depth) {
        context.reportError(new GraphQLError(`The query is deeper than ${limits.depth} levels.`));
      }
    },
    Field: ({ alias }) => {
      if (alias === undefined) return;
      aliases += 1;
      if (aliases === limits.aliases + 1) {
        context.reportError(new GraphQLError(`The query has more than ${limits.aliases} aliases.`));
      }
    },
  };
};
