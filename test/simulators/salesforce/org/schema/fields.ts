import type { Field, FieldType, FieldValue } from '../types.ts';

type Extras = Partial<Omit<Field, 'name' | 'label' | 'type'>>;

/** A field of a standard object, optional and writable unless `extras` say otherwise. */
export function standardField(name: string, label: string, type: FieldType, extras: Extras = {}): Field {
  return {
    name,
    label,
    type,
    custom: false,
    required: false,
    unique: false,
    externalId: false,
    caseSensitive: false,
    createable: true,
    updateable: true,
    filterable: type !== 'textarea',
    ...extras,
  };
}

export const text = (name: string, label: string, length: number, extras: Extras = {}): Field =>
  standardField(name, label, 'string', { length, ...extras });

export const picklist = (name: string, label: string, values: string[], extras: Extras = {}): Field =>
  standardField(name, label, 'picklist', { length: 255, picklist: { restricted: false, values }, ...extras });

export function reference(
  name: string,
  label: string,
  to: string | string[],
  relationshipName: string,
  childRelationshipName?: string,
  extras: Extras & { onDelete?: 'cascade' | 'setNull' | 'restrict' } = {},
): Field {
  const { onDelete = 'setNull', ...rest } = extras;
  return standardField(name, label, 'reference', {
    length: 18,
    reference: {
      to: [to].flat(),
      relationshipName,
      masterDetail: false,
      writeRequiresMasterRead: false,
      reparentable: true,
      onDelete,
      ...(childRelationshipName === undefined ? {} : { childRelationshipName }),
    },
    ...rest,
  });
}

const READ_ONLY = { createable: false, updateable: false };

/** Fields that every record has (Object Reference, "System Fields"). */
export function systemFields(): Field[] {
  return [
    standardField('Id', 'Record ID', 'id', { length: 18, ...READ_ONLY }),
    standardField('IsDeleted', 'Deleted', 'boolean', READ_ONLY),
    standardField('CreatedDate', 'Created Date', 'datetime', READ_ONLY),
    reference('CreatedById', 'Created By ID', 'User', 'CreatedBy', undefined, READ_ONLY),
    standardField('LastModifiedDate', 'Last Modified Date', 'datetime', READ_ONLY),
    reference('LastModifiedById', 'Last Modified By ID', 'User', 'LastModifiedBy', undefined, READ_ONLY),
    standardField('SystemModstamp', 'System Modstamp', 'datetime', READ_ONLY),
  ];
}

export const ownerField = (): Field => reference('OwnerId', 'Owner ID', 'User', 'Owner');

export const SYSTEM_FIELD_NAMES: ReadonlySet<string> = new Set(systemFields().map((field) => field.name));

export const fieldMap = (fields: readonly Field[]): Map<string, Field> =>
  new Map(fields.map((field) => [field.name, field]));

export const defaultOf = (field: Field): FieldValue => field.defaultValue ?? (field.type === 'boolean' ? false : null);
