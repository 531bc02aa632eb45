import type { FieldType as SelectedField } from '@jetstreamapp/soql-parser-js';
import type { Field, SObject } from '../../org/types.ts';
import { resolve, type QueryContext } from '../../soql/names.ts';
import { parse } from '../../soql/parse.ts';

const APEX_TYPES: Partial<Record<Field['type'], string>> = {
  id: 'Id',
  reference: 'Id',
  boolean: 'Boolean',
  double: 'Double',
  currency: 'Double',
  percent: 'Double',
  int: 'Integer',
  date: 'Date',
  datetime: 'Datetime',
};
const NUMBERS: readonly string[] = ['double', 'currency', 'percent', 'int'];

type Column = Record<string, unknown> & { columnName: string };

function column(name: string, field: Field | null, aggregate: boolean, joinColumns: Column[] = []): Column {
  const type = field?.type;
  const apexType = field ? (APEX_TYPES[field.type] ?? 'String') : 'Integer';
  return {
    aggregate,
    apexType: joinColumns.length > 0 ? 'List' : apexType,
    booleanType: type === 'boolean',
    columnName: name,
    custom: field?.custom ?? false,
    displayName: name,
    foreignKeyName: field?.reference?.relationshipName ?? null,
    insertable: field?.createable ?? false,
    joinColumns,
    numberType: type === undefined ? joinColumns.length === 0 : NUMBERS.includes(type),
    textType: apexType === 'String',
    updatable: field?.updateable ?? false,
  };
}

/** `Owner.Profile.Name` as columns of columns, the way results nest. */
function nested(path: string[], field: Field): Column {
  const [first, ...rest] = path;
  return rest.length === 0 ? column(first!, field, false) : column(first!, null, false, [nested(rest, field)]);
}

function columnsOf(context: QueryContext, object: SObject, fields: readonly SelectedField[], alias?: string): Column[] {
  let unnamed = 0;
  return fields.map((selected): Column => {
    if (selected.type === 'FieldSubquery') {
      const { relationshipName, fields: inner = [] } = selected.subquery;
      const child = context.org
        .children(object)
        .find((one) => one.relationshipName.toLowerCase() === relationshipName.toLowerCase())!;
      return column(relationshipName, null, false, columnsOf(context, child.object, inner));
    }
    if (selected.type === 'Field')
      return column(
        selected.alias ?? selected.field,
        resolve(context, object, selected.field, alias).field,
        selected.alias !== undefined,
      );
    if (selected.type === 'FieldRelationship') {
      const path = [...selected.relationships, selected.field];
      return nested(path, resolve(context, object, path.join('.'), alias).field);
    }
    const name = 'alias' in selected && selected.alias ? selected.alias : `expr${unnamed++}`;
    return column(name, null, true);
  });
}

/** Answer of `query?q=…&columns=true`, which `sf data query` asks after the query itself. */
export function columnMetadata(context: QueryContext): Record<string, unknown> {
  const query = parse(context.text);
  const object = context.org.object(query.sObject ?? '')!;
  const columnMetadataOf = columnsOf(context, object, query.fields ?? [], query.sObjectAlias);
  return {
    columnMetadata: columnMetadataOf,
    entityName: object.name,
    groupBy: query.groupBy !== undefined,
    idSelected: columnMetadataOf.some(({ columnName }) => columnName.toLowerCase() === 'id'),
    keyPrefix: object.keyPrefix,
  };
}
