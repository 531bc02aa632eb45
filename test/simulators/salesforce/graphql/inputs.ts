import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLString,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLInputFieldConfigMap,
} from 'graphql';
import type { Field } from '../org/types.ts';
import { isLongText } from '../uiapi/display.ts';
import type { View, VisibleObject } from './access.ts';
import { kindOf, operatorTypes } from './values.ts';

const resultOrder = new GraphQLEnumType({ name: 'ResultOrder', values: { ASC: {}, DESC: {} } });
const nullOrder = new GraphQLEnumType({ name: 'NullOrder', values: { FIRST: {}, LAST: {} } });
const orderByClause = new GraphQLInputObjectType({
  name: 'OrderByClause',
  fields: { order: { type: resultOrder }, nulls: { type: nullOrder } },
});
const scope = new GraphQLEnumType({ name: 'SupportedScopes', values: { EVERYTHING: {}, MINE: {} } });

/** Long text areas can be neither filtered nor sorted. */
export const filterable = (field: Field): boolean => field.filterable && !isLongText(field);

type Inputs = { filter: GraphQLInputObjectType; orderBy: GraphQLInputObjectType };

/** `<Object>_Filter` and `<Object>_OrderBy` of every object of a view, with the fields that the user may read. */
export class InputTypes {
  readonly #types = new Map<string, Inputs>();

  constructor(view: View) {
    for (const visible of view.values()) this.#types.set(visible.object.name, this.#typesOf(visible));
  }

  of(object: string): Inputs {
    return this.#types.get(object)!;
  }

  #typesOf({ object, fields, parents }: VisibleObject): Inputs {
    const usable = fields.filter(filterable);
    // A parent of several kinds takes one more level: `Owner: { User: { Name: … } }`.
    const polymorphic = parents
      .filter((parent) => parent.polymorphic)
      .map(({ relationshipName, to }) => {
        const kinds = (pick: keyof Inputs): GraphQLInputFieldConfigMap =>
          Object.fromEntries(to.map(({ name }) => [name, { type: this.of(name)[pick] }]));
        const prefix = `${object.name}_${relationshipName}`;
        return {
          relationshipName,
          filter: new GraphQLInputObjectType({ name: `${prefix}_Filters`, fields: () => kinds('filter') }),
          orderBy: new GraphQLInputObjectType({ name: `${prefix}_OrderBys`, fields: () => kinds('orderBy') }),
        };
      });
    const nested = (pick: keyof Inputs): GraphQLInputFieldConfigMap => ({
      ...Object.fromEntries(
        parents.map(({ relationshipName, to }) => [relationshipName, { type: this.of(to[0]!.name)[pick] }]),
      ),
      ...Object.fromEntries(polymorphic.map((one) => [one.relationshipName, { type: one[pick] }])),
    });
    const filter: GraphQLInputObjectType = new GraphQLInputObjectType({
      name: `${object.name}_Filter`,
      fields: () => ({
        ...Object.fromEntries(usable.map((field) => [field.name, { type: operatorTypes[kindOf(field)] }])),
        ...nested('filter'),
        and: { type: new GraphQLList(filter) },
        or: { type: new GraphQLList(filter) },
        not: { type: filter },
      }),
    });
    const orderBy = new GraphQLInputObjectType({
      name: `${object.name}_OrderBy`,
      fields: () => ({
        ...Object.fromEntries(usable.map((field) => [field.name, { type: orderByClause }])),
        ...nested('orderBy'),
      }),
    });
    return { filter, orderBy };
  }

  /** Arguments of a list; only lists at the top take a scope. */
  args(object: string, top: boolean): GraphQLFieldConfigArgumentMap {
    const { filter, orderBy } = this.of(object);
    return {
      first: { type: GraphQLInt },
      after: { type: GraphQLString },
      upperBound: { type: GraphQLInt },
      where: { type: filter },
      orderBy: { type: orderBy },
      ...(top ? { scope: { type: scope } } : {}),
    };
  }
}
