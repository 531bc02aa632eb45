import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
  type GraphQLFieldConfigMap,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
} from 'graphql';
import { RequestFault } from '../org/errors.ts';
import { normalizeId } from '../org/ids.ts';
import type { Field, InputRow, RowResult, SObject } from '../org/types.ts';
import type { View, VisibleObject } from './access.ts';
import type { Context, Row } from './context.ts';
import type { RecordTypes } from './records.ts';
import { kindOf, scalarOf } from './values.ts';

const REFERENCE = /^@\{(\w+)\}$/;

/** `@{alias}` stands for the id of what that operation made (GraphQL docs, "Mutations": chained operations). */
function idOf(value: unknown, { mutation }: Context): unknown {
  const alias = typeof value === 'string' ? REFERENCE.exec(value)?.[1] : undefined;
  if (alias === undefined) return value;
  const id = mutation.made.get(alias);
  if (id === undefined)
    throw new GraphQLError(`${String(value)} names no operation before this one that made a record.`);
  return id;
}

/** References take ids and `@{alias}`. */
function representation(name: string, fields: readonly Field[]): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name,
    fields: Object.fromEntries(
      fields.map((field) => [field.name, { type: kindOf(field) === 'ID' ? GraphQLString : scalarOf[kindOf(field)] }]),
    ),
  });
}

function rowOf(given: Record<string, unknown>, fields: readonly Field[], context: Context): InputRow {
  const references = new Set(fields.filter(({ reference }) => reference).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, references.has(name) ? idOf(value, context) : value]),
  );
}

/** What is wrong with a save becomes the error of its operation. */
function kept(save: () => RowResult[], context: Context): RowResult {
  try {
    const result = save()[0]!;
    if (result.success) return result;
    throw new GraphQLError(result.errors.map(({ message }) => message).join('; '));
  } catch (error) {
    context.mutation.failed = true;
    if (error instanceof RequestFault) throw new GraphQLError(error.message, { originalError: error });
    throw error;
  }
}

/** The saved record as a source of its record type; null when the user may not see it any more. */
function rowNamed(object: SObject, id: string, context: Context): Row | null {
  const record = context.org.get(object.name, id);
  return record && context.access.seesRecord(object.name, record) ? { object, record } : null;
}

const RECORD_ORIGIN = 'com/salesforce/api/rest';

function optionsOf({ access, apiVersion }: Context): { userId: string; origin: string } {
  return { userId: access.userId, origin: `${RECORD_ORIGIN}/${apiVersion}` };
}

const keyOf = (info: GraphQLResolveInfo): string => String(info.path.key);

const recordDelete = {
  input: new GraphQLInputObjectType({
    name: 'RecordDeleteInput',
    fields: { Id: { type: new GraphQLNonNull(GraphQLString) } },
  }),
  payload: new GraphQLObjectType({ name: 'RecordDeletePayload', fields: { Id: { type: GraphQLID } } }),
};

type Operations = GraphQLFieldConfigMap<unknown, Context>;

function operations({ object, creates, edits, deletes }: VisibleObject, records: RecordTypes): Operations {
  const { name } = object;
  const record: { type: GraphQLOutputType } = { type: records.node(name) };
  const payload = (verb: string, more: Record<string, { type: GraphQLOutputType }> = {}) =>
    new GraphQLObjectType({ name: `${name}${verb}Payload`, fields: { Record: record, ...more } });
  const input = (verb: string, fields: readonly Field[], id: boolean) =>
    new GraphQLInputObjectType({
      name: `${name}${verb}Input`,
      fields: {
        [name]: { type: new GraphQLNonNull(representation(`${name}${verb}Representation`, fields)) },
        ...(id ? { Id: { type: new GraphQLNonNull(GraphQLString) } } : {}),
      },
    });
  const found: Operations = {};
  if (creates.length > 0)
    found[`${name}Create`] = {
      type: payload('Create'),
      args: { input: { type: new GraphQLNonNull(input('Create', creates, false)) } },
      resolve: (_source, args, context, info) => {
        const given = (args['input'] as Record<string, Record<string, unknown>>)[name]!;
        const save = () => context.org.insert(name, [rowOf(given, creates, context)], optionsOf(context));
        const { id } = kept(save, context);
        context.mutation.made.set(keyOf(info), id!);
        return { Record: rowNamed(object, id!, context) };
      },
    };
  if (edits.length > 0)
    found[`${name}Update`] = {
      type: payload('Update', { success: { type: GraphQLBoolean } }),
      args: { input: { type: new GraphQLNonNull(input('Update', edits, true)) } },
      resolve: (_source, args, context) => {
        const { Id, ...rest } = args['input'] as Record<string, unknown>;
        const id = visibleId(object, idOf(Id, context), context);
        const row = { ...rowOf(rest[name] as Record<string, unknown>, edits, context), Id: id };
        kept(() => context.org.update(name, [row], optionsOf(context)), context);
        return { Record: rowNamed(object, id, context), success: true };
      },
    };
  if (deletes)
    found[`${name}Delete`] = {
      type: recordDelete.payload,
      args: { input: { type: new GraphQLNonNull(recordDelete.input) } },
      resolve: (_source, args, context) => {
        const id = visibleId(object, idOf((args['input'] as { Id: unknown }).Id, context), context);
        kept(() => context.org.remove(name, [id], optionsOf(context)), context);
        return { Id: id };
      },
    };
  return found;
}

/** A record that sharing hides is like one that is not there. */
function visibleId(object: SObject, value: unknown, context: Context): string {
  const id = normalizeId(String(value));
  const row = id === null ? null : rowNamed(object, id, context);
  if (row) return row.record.Id;
  context.mutation.failed = true;
  throw new GraphQLError('The requested record does not exist or you do not have access to it.');
}

const mutationInput = new GraphQLInputObjectType({
  name: 'UIAPIMutationsInput',
  fields: { allOrNone: { type: GraphQLBoolean, defaultValue: true } },
});

/**
 * `mutation { uiapi(input: {allOrNone}) { <Object>Create … <Object>Update … <Object>Delete } }` for what the user may do
 * (GraphQL docs, "Mutations"; generally available since v66.0); null when there is nothing.
 */
export function mutationType(view: View, records: RecordTypes): GraphQLObjectType | null {
  const fields: Operations = {};
  for (const visible of view.values()) Object.assign(fields, operations(visible, records));
  if (Object.keys(fields).length === 0) return null;
  const uiapi = new GraphQLObjectType<unknown, Context>({ name: 'UIAPIMutations', fields });
  return new GraphQLObjectType({
    name: 'Mutation',
    fields: {
      uiapi: {
        type: uiapi,
        args: { input: { type: mutationInput } },
        resolve: (_source, { input }: { input?: { allOrNone?: boolean } }, context: Context) => {
          context.mutation.allOrNone = input?.allOrNone ?? true;
          return {};
        },
      },
    },
  });
}
