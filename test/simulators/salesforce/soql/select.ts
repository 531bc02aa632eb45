import type { FieldFunctionExpression, FieldType, Query, Subquery } from '@jetstreamapp/soql-parser-js';
import type { SObject, SRecord } from '../org/types.ts';
import { recordUrl } from '../rest/rows/records.ts';
import { malformed, noSuchColumn, queryFault } from './fault.ts';
import { fieldValue, parentOf, resolve, type FieldPath, type QueryContext } from './names.ts';
import { NAME_OBJECT } from './nameObject.ts';
import { functionTerm } from './terms.ts';
import { typeOf } from './typeOf.ts';

export type Render = (record: SRecord) => Record<string, unknown>;
/** Runs a child subquery for one parent. */
export type RunChildren = (subquery: Subquery) => { name: string; rows(parent: SRecord): unknown };

type Node = { object: SObject; fields: FieldPath[]; parents: Map<string, { path: FieldPath['parents']; node: Node }> };

const named = (field: FieldType): string | null =>
  field.type === 'Field'
    ? field.field
    : field.type === 'FieldRelationship'
      ? [...field.relationships, field.field].join('.')
      : null;

/** FIELDS(ALL) and FIELDS(CUSTOM) need LIMIT 200 at most (SOQL and SOSL Reference, "FIELDS()"). */
function allFields(context: QueryContext, object: SObject, which: string, limit: number | undefined): string[] {
  const kind = which.toUpperCase();
  if (!['ALL', 'CUSTOM', 'STANDARD'].includes(kind))
    throw malformed(context.text, which, `unexpected token: '${which}'`);
  if (kind !== 'STANDARD' && !(limit !== undefined && limit <= 200))
    throw malformed(context.text, 'FIELDS', 'The SOQL FIELDS function must have a LIMIT of at most 200');
  return [...object.fields.values()]
    .filter((field) => kind === 'ALL' || field.custom === (kind === 'CUSTOM'))
    .filter((field) => context.access.readsField(object.name, field.name))
    .map((field) => field.name);
}

type Shown = { name: string; render(record: SRecord): unknown };

const MAX_SUBQUERIES = 20;

const realObject = ({ org }: QueryContext, object: SObject, record: SRecord): SObject =>
  object === NAME_OBJECT ? org.schema.objectOfId(record.Id)! : object;

/** `toLabel(Status)` and `FORMAT(Amount)`, called by their alias or their field. */
function shownFunction(
  context: QueryContext,
  object: SObject,
  call: FieldFunctionExpression,
  { sObjectAlias }: Query | Subquery,
): Shown {
  const term = functionTerm(context, object, call, sObjectAlias);
  if (term.fn !== 'TOLABEL' && term.fn !== 'FORMAT')
    throw malformed(context.text, call.functionName, `Field must be grouped or aggregated: ${term.path.field.name}`);
  if (term.path.parents.length > 0 && call.alias === undefined)
    throw context.unsupported(`SOQL function ${call.rawValue ?? ''} of a parent without alias`);
  return { name: call.alias ?? term.path.field.name, render: (record) => term.valueOf(record) };
}

/**
 * Compiles the SELECT list to a function that makes the JSON of a record.
 * @throws RequestFault as Salesforce refuses it
 */
export function compileSelect(
  context: QueryContext,
  object: SObject,
  query: Query | Subquery,
  version: number,
  children: RunChildren | null,
): Render {
  const root: Node = { object, fields: [], parents: new Map() };
  const lists: ReturnType<RunChildren>[] = [];
  const shows: Shown[] = [];
  const seen = new Set<string>();
  const add = (name: string): void => {
    const path = resolve(context, object, name, query.sObjectAlias);
    const key = [...path.parents.map((parent) => parent.field.name), path.field.name].join('.');
    if (seen.has(key)) throw queryFault('INVALID_FIELD', context.text, name, `duplicate field selected: ${name}`);
    seen.add(key);
    let node = root;
    for (const [at, { field, object: target }] of path.parents.entries()) {
      const { relationshipName } = field.reference!;
      let next = node.parents.get(relationshipName);
      if (!next) {
        next = { path: path.parents.slice(at, at + 1), node: { object: target, fields: [], parents: new Map() } };
        node.parents.set(relationshipName, next);
      }
      node = next.node;
    }
    node.fields.push(path);
  };
  if ((query.fields ?? []).filter(({ type }) => type === 'FieldSubquery').length > MAX_SUBQUERIES)
    throw malformed(context.text, '', `A query can have at most ${MAX_SUBQUERIES} subqueries`);
  for (const field of query.fields ?? []) {
    if ('alias' in field && field.alias !== undefined && field.type !== 'FieldFunctionExpression')
      throw malformed(context.text, field.alias, 'only aggregate expressions use field aliasing');
    const name = named(field);
    if (name !== null) add(name);
    else if (field.type === 'FieldSubquery' && children) lists.push(children(field.subquery));
    else if (field.type === 'FieldFunctionExpression' && field.functionName.toUpperCase() === 'FIELDS')
      for (const one of allFields(context, object, String(field.parameters[0] ?? ''), query.limit)) add(one);
    else if (field.type === 'FieldFunctionExpression') shows.push(shownFunction(context, object, field, query));
    else if (field.type === 'FieldTypeof') shows.push(typeOf(context, object, field, version));
    else throw malformed(context.text, '', "unexpected token: '('");
  }
  const render = (node: Node, record: SRecord): Record<string, unknown> => {
    const body: Record<string, unknown> = {
      attributes: {
        type: node.object.name,
        url: recordUrl(version, realObject(context, node.object, record), record.Id),
      },
    };
    for (const { field } of node.fields) body[field.name] = fieldValue(context, node.object, record, field);
    for (const [name, parent] of node.parents) {
      const holder = parentOf(context, parent.path, record);
      body[name] = holder === null ? null : render(parent.node, holder);
    }
    return body;
  };
  return (record) => {
    const body = render(root, record);
    for (const { name, render: show } of shows) body[name] = show(record);
    for (const { name, rows } of lists) body[name] = rows(record);
    return body;
  };
}

/** The object that a child subquery lists, and the reference that leads back. */
export function childObject(
  { org, access, text }: QueryContext,
  object: SObject,
  relationshipName: string,
): { object: SObject; reference: FieldPath['field']; name: string } {
  const child = org
    .children(object)
    .find((one) => one.relationshipName.toLowerCase() === relationshipName.toLowerCase());
  if (!child || !access.readsObject(child.object.name))
    throw queryFault(
      'INVALID_TYPE',
      text,
      relationshipName,
      `Didn't understand relationship '${relationshipName}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
  if (!access.readsField(child.object.name, child.field.name))
    throw noSuchColumn(text, relationshipName, child.field.name, child.object.name);
  return { object: child.object, reference: child.field, name: child.relationshipName };
}
