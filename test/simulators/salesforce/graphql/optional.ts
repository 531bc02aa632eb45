import {
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { optionalDirective } from './schema.ts';

/** Stands where every selection was left out: GraphQL knows no empty selection set. Never in the answer. */
const nothing: FieldNode = {
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: '__typename' },
  directives: [
    {
      kind: Kind.DIRECTIVE,
      name: { kind: Kind.NAME, value: 'skip' },
      arguments: [
        {
          kind: Kind.ARGUMENT,
          name: { kind: Kind.NAME, value: 'if' },
          value: { kind: Kind.BOOLEAN, value: true },
        },
      ],
    },
  ],
};

/** A selection that was left out: the type it was asked of and its name. */
export type LeftOut = { type: string; field: string };

const isOptional = (node: FieldNode) =>
  node.directives?.some(({ name }) => name.value === optionalDirective.name) ?? false;

/** Names of the fragments and variables that are used from the operations on. */
function used(document: DocumentNode): { fragments: Set<string>; variables: Set<string> } {
  const fragments = new Set<string>();
  const variables = new Set<string>();
  const todo: (OperationDefinitionNode | DocumentNode['definitions'][number])[] = document.definitions.filter(
    ({ kind }) => kind === Kind.OPERATION_DEFINITION,
  );
  for (let root = todo.pop(); root; root = todo.pop())
    visit(root, {
      VariableDefinition: () => false,
      Variable: ({ name }) => void variables.add(name.value),
      FragmentSpread: ({ name }) => {
        if (fragments.has(name.value)) return;
        fragments.add(name.value);
        const fragment = document.definitions.find(
          (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name.value,
        );
        if (fragment) todo.push(fragment);
      },
    });
  return { fragments, variables };
}

/**
 * Takes out of a query every selection marked `@optional` that the user's schema does not have, with the fragments and
 * variables that only it used.
 */
export function withoutUnreadable(
  document: DocumentNode,
  schema: GraphQLSchema,
): { document: DocumentNode; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const types = new TypeInfo(schema);
  const trimmed = visit(
    document,
    visitWithTypeInfo(types, {
      Field: {
        enter(node) {
          const parent = types.getParentType();
          if (!isOptional(node) || !parent || types.getFieldDef()) return undefined;
          leftOut.push({ type: parent.name, field: node.name.value });
          return null;
        },
      },
      SelectionSet: {
        leave: (node) => (node.selections.length === 0 ? { ...node, selections: [nothing] } : undefined),
      },
    }),
  );
  if (leftOut.length === 0) return { document, leftOut };
  const before = used(document);
  const after = used(trimmed);
  const pruned = visit(trimmed, {
    FragmentDefinition: ({ name: { value } }) =>
      before.fragments.has(value) && !after.fragments.has(value) ? null : undefined,
    VariableDefinition: ({ variable: { name } }) =>
      before.variables.has(name.value) && !after.variables.has(name.value) ? null : undefined,
  });
  return { document: pruned, leftOut };
}
