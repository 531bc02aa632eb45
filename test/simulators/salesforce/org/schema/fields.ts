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
    filterable: type !== 'textarea' || (extras.length ?? 0) <= 255,
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
  extras: Extras & { onDelete?: 'cascade' | 'setNull' | 'restrict'; masterDetail?: boolean } = {},
): Field {
  const { masterDetail = false, onDelete = masterDetail ? 'cascade' : 'setNull', ...rest } = extras;
  return standardField(name, label, 'reference', {
    length: 18,
    reference: {
      to: [to].flat(),
      relationshipName,
      masterDetail,
      writeRequiresMasterRead: false,
      reparentable: rest.updateable !== false,
      onDelete,
      ...(childRelationshipName === undefined ? {} : { childRelationshipName }),
    },
    ...rest,
  });
}

export const READ_ONLY = { createable: false, updateable: false };

export const flag = (name: string, label: string, extras: Extras = {}): Field =>
  standardField(name, label, 'boolean', extras);
export const number = (name: string, label: string, precision: number, scale: number, extras: Extras = {}): Field =>
  standardField(name, label, scale === 0 && precision <= 9 ? 'int' : 'double', { precision, scale, ...extras });
export const money = (name: string, label: string, scale = 2, extras: Extras = {}): Field =>
  standardField(name, label, 'currency', { precision: 18, scale, ...extras });
export const date = (name: string, label: string, extras: Extras = {}): Field =>
  standardField(name, label, 'date', extras);
export const dateTime = (name: string, label: string, extras: Extras = {}): Field =>
  standardField(name, label, 'datetime', extras);
export const email = (name: string, label: string, extras: Extras = {}): Field =>
  standardField(name, label, 'email', { length: 80, ...extras });
export const phone = (name: string, label: string, extras: Extras = {}): Field =>
  standardField(name, label, 'phone', { length: 40, ...extras });
export const url = (name: string, label: string, extras: Extras = {}): Field =>
  standardField(name, label, 'url', { length: 255, ...extras });
export const longText = (name: string, label: string, length = 32_000, extras: Extras = {}): Field =>
  standardField(name, label, 'textarea', { length, ...extras });

/** Multi-select picklists and long texts have no order. */
export const isSortable = (field: Field): boolean => field.filterable && field.type !== 'multipicklist';

/** What a query may be grouped by (SOQL and SOSL Reference, "GROUP BY"). */
export const isGroupable = (field: Field): boolean =>
  isSortable(field) &&
  field.autoNumber === undefined &&
  field.formula === undefined &&
  !['double', 'currency', 'percent', 'datetime', 'time'].includes(field.type);

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

/** Of objects whose records queues may own. */
export const ownerOrQueue = (): Field => reference('OwnerId', 'Owner ID', ['User', 'Group'], 'Owner');

/** What an org notes when somebody looks at a record; the simulated one never does. */
export const viewedFields = (): Field[] => [
  dateTime('LastViewedDate', 'Last Viewed Date', READ_ONLY),
  dateTime('LastReferencedDate', 'Last Referenced Date', READ_ONLY),
];

export const activityField = (): Field => date('LastActivityDate', 'Last Activity', READ_ONLY);

export const autoNumber = (name: string, label: string, format: string, first: number, extras: Extras = {}): Field =>
  text(name, label, 30, { autoNumber: { format, first }, ...READ_ONLY, ...extras });

export const SYSTEM_FIELD_NAMES: ReadonlySet<string> = new Set(systemFields().map((field) => field.name));

export const fieldMap = (fields: readonly Field[]): Map<string, Field> =>
  new Map(fields.map((field) => [field.name, field]));

export const defaultOf = (field: Field): FieldValue => field.defaultValue ?? (field.type === 'boolean' ? false : null);
