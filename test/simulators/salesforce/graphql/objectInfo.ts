import { GraphQLBoolean, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql';
import type { Field } from '../org/types.ts';
import { dataTypeOf } from '../uiapi/objectInfo.ts';
import type { Context } from './context.ts';
import type { View, VisibleObject } from './access.ts';

const text = { type: GraphQLString };
const flag = { type: new GraphQLNonNull(GraphQLBoolean) };

const fieldType = new GraphQLObjectType<Field, Context>({
  name: 'Field',
  fields: {
    ApiName: { ...text, resolve: (field) => field.name },
    label: text,
    dataType: { ...text, resolve: dataTypeOf },
    custom: flag,
    createable: flag,
    updateable: flag,
    required: flag,
    filterable: flag,
    unique: flag,
    calculated: { ...flag, resolve: (field) => field.formula !== undefined },
    reference: { ...flag, resolve: (field) => field.reference !== undefined },
    length: { type: GraphQLInt, resolve: (field) => field.length ?? 0 },
    precision: { type: GraphQLInt, resolve: (field) => field.precision ?? 0 },
    scale: { type: GraphQLInt, resolve: (field) => field.scale ?? 0 },
    inlineHelpText: { ...text, resolve: (field) => field.helpText ?? null },
    relationshipName: { ...text, resolve: (field) => field.reference?.relationshipName ?? null },
  },
});

export const objectInfo = new GraphQLObjectType<VisibleObject, Context>({
  name: 'ObjectInfo',
  fields: {
    ApiName: { ...text, resolve: ({ object }) => object.name },
    label: { ...text, resolve: ({ object }) => object.label },
    labelPlural: { ...text, resolve: ({ object }) => object.labelPlural },
    keyPrefix: { ...text, resolve: ({ object }) => object.keyPrefix },
    custom: { ...flag, resolve: ({ object }) => object.custom },
    queryable: { ...flag, resolve: () => true },
    createable: { ...flag, resolve: ({ object }, _args, { access }) => access.createsObject(object.name) },
    updateable: { ...flag, resolve: ({ object }, _args, { access }) => access.editsObject(object.name) },
    deletable: { ...flag, resolve: ({ object }, _args, { access }) => access.deletesObject(object.name) },
    fields: { type: new GraphQLList(fieldType) },
  },
});

/** In the order asked. An unknown object fails the field, as does one that the user may not read. */
export function objectInfosOf(view: View, apiNames: (string | null)[]): VisibleObject[] {
  return apiNames.map((name) => {
    const visible = view.get(name ?? '');
    if (!visible) throw new Error(`Object ${name} is not supported in UI API.`);
    return visible;
  });
}
