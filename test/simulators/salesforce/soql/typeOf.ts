import type { FieldTypeOf } from '@jetstreamapp/soql-parser-js';
import type { SObject, SRecord } from '../org/types.ts';
import { recordUrl } from '../rest/rows/records.ts';
import { malformed, noSuchColumn, queryFault } from './fault.ts';
import { fieldValue, type QueryContext } from './names.ts';
import { NAME_OBJECT } from './nameObject.ts';

/**
 * `TYPEOF What WHEN Account THEN Phone ELSE Name END`: fields by what the reference leads to.
 * @returns what to show of a record; null when nothing applies
 */
export function typeOf(
  context: QueryContext,
  object: SObject,
  clause: FieldTypeOf,
  version: number,
): { name: string; render(record: SRecord): Record<string, unknown> | null } {
  const { org, access, text } = context;
  const reference = org.schema.relationship(object, clause.field);
  const relation = reference?.reference;
  if (!relation || relation.to.length < 2 || !access.readsField(object.name, reference.name))
    throw queryFault('INVALID_FIELD', text, clause.field, `${clause.field} is not a polymorphic relationship`);
  const branches = new Map<string | null, string[]>();
  for (const { type, objectType, fieldList } of clause.conditions) {
    const target = type === 'ELSE' ? NAME_OBJECT : org.object(objectType ?? '');
    if (!target || (type === 'WHEN' && !(relation.to.includes(target.name) && access.readsObject(target.name))))
      throw queryFault('INVALID_TYPE', text, objectType ?? '', `sObject type '${objectType}' is not supported.`);
    for (const name of fieldList) {
      const field = name.includes('.') ? undefined : org.field(target, name);
      if (name.includes('.')) throw context.unsupported(`SOQL path ${name} in TYPEOF`);
      if (!field || (target !== NAME_OBJECT && !access.readsField(target.name, field.name)))
        throw noSuchColumn(text, name, name, target.name);
    }
    const key = type === 'ELSE' ? null : target.name;
    if (branches.has(key)) throw malformed(text, objectType ?? 'ELSE', `unexpected token: '${objectType ?? 'ELSE'}'`);
    branches.set(key, fieldList);
  }
  return {
    name: relation.relationshipName,
    render: (record) => {
      const id = record[reference.name] ?? null;
      const target = id === null ? undefined : org.schema.objectOfId(String(id));
      const related = target && org.get(target.name, String(id));
      if (!target || !related || !access.seesRecord(target.name, related)) return null;
      const own = branches.get(target.name);
      const names = own ?? branches.get(null);
      if (!names) return null;
      const shape = own ? target : NAME_OBJECT;
      return {
        attributes: { type: shape.name, url: recordUrl(version, target, related.Id) },
        ...Object.fromEntries(
          names.map((name) => {
            const field = org.field(shape, name)!;
            return [field.name, fieldValue(context, shape, related, field)];
          }),
        ),
      };
    },
  };
}
