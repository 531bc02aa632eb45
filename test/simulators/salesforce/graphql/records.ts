import {
  GraphQLBoolean,
  GraphQLID,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  GraphQLUnionType,
  type GraphQLFieldConfigMap,
  type GraphQLOutputType,
} from 'graphql';
import type { Field } from '../org/types.ts';
import { weakEtag } from '../uiapi/record.ts';
import type { View, VisibleObject } from './access.ts';
import { connect, type ConnectionArgs } from './connection.ts';
import type { Context, Row } from './context.ts';
import type { InputTypes } from './inputs.ts';
import { scalars } from './scalars.ts';
import { kindOf, valueTypes, type Cell } from './values.ts';

export const pageInfo = new GraphQLObjectType({
  name: 'PageInfo',
  fields: {
    hasNextPage: { type: new GraphQLNonNull(GraphQLBoolean) },
    hasPreviousPage: { type: new GraphQLNonNull(GraphQLBoolean) },
    startCursor: { type: GraphQLString },
    endCursor: { type: GraphQLString },
  },
});

/** `{ edges { cursor node } pageInfo totalCount }` under the names of Salesforce, `AccountConnection`. */
export function connectionType(name: string, node: GraphQLOutputType): GraphQLObjectType {
  const edge = new GraphQLObjectType({
    name: `${name}Edge`,
    fields: { cursor: { type: GraphQLString }, node: { type: node } },
  });
  return new GraphQLObjectType({
    name: `${name}Connection`,
    fields: {
      edges: { type: new GraphQLList(edge) },
      pageInfo: { type: new GraphQLNonNull(pageInfo) },
      totalCount: { type: new GraphQLNonNull(GraphQLInt) },
    },
  });
}

const common = {
  Id: { type: new GraphQLNonNull(GraphQLID) },
  ApiName: { type: new GraphQLNonNull(GraphQLString) },
  WeakEtag: { type: new GraphQLNonNull(scalars.Long) },
  DisplayValue: { type: GraphQLString },
};

/** What all record types share, for `... on Record`. */
const recordInterface = new GraphQLInterfaceType({ name: 'Record', fields: common });

type Fields = GraphQLFieldConfigMap<Row, Context>;

/** Record types of a view, `Account` with `AccountConnection`. */
export class RecordTypes {
  readonly #inputs: InputTypes;
  readonly #nodes = new Map<string, GraphQLObjectType<Row, Context>>();
  readonly #connections = new Map<string, GraphQLObjectType>();

  constructor(view: View, inputs: InputTypes) {
    this.#inputs = inputs;
    for (const visible of view.values()) {
      const { name } = visible.object;
      const node = new GraphQLObjectType<Row, Context>({
        name,
        interfaces: [recordInterface],
        isTypeOf: (source) => source.object.name === name,
        fields: () => this.#fieldsOf(visible),
      });
      this.#nodes.set(name, node);
      this.#connections.set(name, connectionType(name, node));
    }
  }

  node(object: string): GraphQLObjectType<Row, Context> {
    return this.#nodes.get(object)!;
  }

  /** Field of `query` that lists an object. */
  list({ object }: VisibleObject): GraphQLFieldConfigMap<unknown, Context>[string] {
    return {
      type: this.#connections.get(object.name)!,
      args: this.#inputs.args(object.name, true),
      resolve: (_source, args, context, info) => connect(object, args as ConnectionArgs, context, info),
    };
  }

  #fieldsOf(visible: VisibleObject): Fields {
    return { ...this.#own(visible), ...this.#parents(visible), ...this.#children(visible) };
  }

  #own({ object, fields }: VisibleObject): Fields {
    const nameField = fields.find(({ name }) => name === 'Name');
    return {
      Id: { ...common.Id, resolve: ({ record }) => record.Id },
      ApiName: { ...common.ApiName, resolve: () => object.name },
      WeakEtag: { ...common.WeakEtag, resolve: ({ record }) => weakEtag(record) },
      DisplayValue: {
        ...common.DisplayValue,
        resolve: ({ record }, _args, { org }) => (nameField ? org.value(object, record, nameField) : null),
      },
      ...Object.fromEntries(
        fields
          .filter((field) => field.type !== 'id')
          .map((field) => [
            field.name,
            {
              type: valueTypes[kindOf(field)],
              resolve: ({ record }: Row, _args: unknown, { org, access }: Context): Cell => ({
                field,
                value: org.value(object, record, field, access.userId),
              }),
            },
          ]),
      ),
    };
  }

  #parents({ object, parents }: VisibleObject): Fields {
    return Object.fromEntries(
      parents.map(({ field, relationshipName, to, polymorphic }) => {
        const types = to.map(({ name }) => this.node(name));
        const type = polymorphic
          ? new GraphQLUnionType({ name: `${object.name}_${relationshipName}`, types })
          : types[0]!;
        return [
          relationshipName,
          {
            type,
            resolve: ({ record }: Row, _args: unknown, context: Context) => {
              return parentOf(
                { object, record },
                field,
                to.map(({ name }) => name),
                context,
              );
            },
          },
        ];
      }),
    );
  }

  #children({ children }: VisibleObject): Fields {
    return Object.fromEntries(
      children.map(({ object, field, relationshipName }) => [
        relationshipName,
        {
          type: this.#connections.get(object.name)!,
          args: this.#inputs.args(object.name, false),
          resolve: ({ record }: Row, args: ConnectionArgs, context: Context, info) => {
            const among = context.org.referencing(object, field, record.Id);
            return connect(object, args, context, info, among);
          },
        },
      ]),
    ) as Fields;
  }
}

/** The record that a reference points to; null when it is empty or when sharing hides it from the user. */
function parentOf({ object, record }: Row, field: Field, to: string[], { org, access }: Context): Row | null {
  const id = org.value(object, record, field);
  if (typeof id !== 'string') return null;
  for (const name of to) {
    const parent = org.get(name, id);
    if (parent) return access.seesRecord(name, parent) ? { object: org.object(name)!, record: parent } : null;
  }
  return null;
}
