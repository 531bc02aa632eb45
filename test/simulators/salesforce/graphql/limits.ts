import {
  getNamedType,
  GraphQLError,
  isObjectType,
  isUnionType,
  Kind,
  type DocumentNode,
  type GraphQLSchema,
  type GraphQLType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** GraphQL docs, "Query Limits". */
const maxSubqueries = 10;
const maxParents = 5;

type Depth = { parents: number; children: number };

/**
 * Counts the lists of an operation and checks how deep it goes: at most 10 subqueries (a list of records at the top or
 * under a record), 5 levels of parents, one level of children. Expects a valid document.
 */
export function limitError(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
): GraphQLError | null {
  let count = 0;
  let error: GraphQLError | null = null;
  const isRecord = (type: GraphQLType | undefined) => {
    const named = type && getNamedType(type);
    return isUnionType(named) || (isObjectType(named) && named.getInterfaces().some(({ name }) => name === 'Record'));
  };
  const walk = (selections: SelectionSetNode, type: GraphQLType | undefined, depth: Depth): void => {
    const named = type && getNamedType(type);
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = document.definitions.find(
          (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
        );
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION)
          walk(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value), depth);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition && schema.getType(selection.typeCondition.name.value);
        walk(selection.selectionSet, condition ?? type, depth);
      } else if (selection.selectionSet && isObjectType(named)) {
        const found = named.getFields()[selection.name.value]?.type;
        const next = { ...depth };
        if (found && getNamedType(found).name.endsWith('Connection')) {
          count++;
          if (isRecord(named)) next.children++;
          if (next.children > 1)
            error ??= new GraphQLError('Child relationships can be nested only one level deep.', { nodes: selection });
        } else if (isRecord(named) && isRecord(found) && ++next.parents > maxParents)
          error ??= new GraphQLError(`Parent relationships can be followed at most ${maxParents} levels.`, {
            nodes: selection,
          });
        walk(selection.selectionSet, found, next);
      }
    }
  };
  walk(operation.selectionSet, schema.getQueryType() ?? undefined, { parents: 0, children: 0 });
  if (count > maxSubqueries)
    error ??= new GraphQLError(`A query can have at most ${maxSubqueries} subqueries, this one has ${count}.`);
  return error;
}
