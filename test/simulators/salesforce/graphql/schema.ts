import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  specifiedDirectives,
} from 'graphql';
import type { View } from './access.ts';
import { aggregateQuery } from './aggregate.ts';
import type { Context, Row } from './context.ts';
import { InputTypes } from './inputs.ts';
import { mutationType } from './mutations.ts';
import { objectInfo, objectInfosOf } from './objectInfo.ts';
import { RecordTypes } from './records.ts';
import { fieldValue, valueTypes } from './values.ts';

/** Since v65: the selection is left out of the answer when the user may not read it. */
export const optionalDirective = new GraphQLDirective({ name: 'optional', locations: [DirectiveLocation.FIELD] });

/**
 * The schema as one user sees it. Objects and fields that they may not read are not in it, so that a query, a filter or
 * an introspection which names them is answered as if they did not exist (GraphQL docs, "Overview": the schema reflects
 * the user's field-level security).
 */
export function buildSchema(view: View, withOptional: boolean, withMutations: boolean): GraphQLSchema {
  const inputs = new InputTypes(view);
  const records = new RecordTypes(view, inputs);
  const recordQuery = new GraphQLObjectType<unknown, Context>({
    name: 'RecordQuery',
    fields: Object.fromEntries([...view].map(([name, visible]) => [name, records.list(visible)])),
  });
  const uiapi = new GraphQLObjectType<unknown, Context>({
    name: 'UIAPI',
    fields: {
      query: { type: new GraphQLNonNull(recordQuery), resolve: () => ({}) },
      aggregate: { type: new GraphQLNonNull(aggregateQuery(view, inputs)), resolve: () => ({}) },
      objectInfos: {
        type: new GraphQLList(objectInfo),
        args: { apiNames: { type: new GraphQLList(GraphQLString) } },
        resolve: (_source, { apiNames }: { apiNames?: (string | null)[] | null }) =>
          objectInfosOf(view, apiNames ?? []),
      },
      ...(view.has('User')
        ? {
            currentUser: {
              type: records.node('User'),
              resolve: (_source: unknown, _args: unknown, { org, access }: Context): Row | null => {
                const record = org.get('User', access.userId);
                return record && { object: org.object('User')!, record };
              },
            },
          }
        : {}),
    },
  });
  return new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: { uiapi: { type: new GraphQLNonNull(uiapi), resolve: () => ({}) } },
    }),
    mutation: withMutations ? mutationType(view, records) : null,
    types: [fieldValue, ...Object.values(valueTypes)],
    directives: [...specifiedDirectives, ...(withOptional ? [optionalDirective] : [])],
  });
}
