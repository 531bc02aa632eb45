import { fieldMap, flag, email, phone, text } from '../org/schema/fields.ts';
import type { FieldValue, SObject, SRecord } from '../org/types.ts';

/**
 * What a reference to several objects leads to in a query: the pseudo object `Name` with the few fields that they share
 * (SOQL and SOSL Reference, "Understanding Polymorphic Relationships").
 */
export const NAME_OBJECT: SObject = {
  name: 'Name',
  label: 'Name',
  labelPlural: 'Names',
  keyPrefix: '',
  custom: false,
  sharing: 'Read',
  nameField: 'Name',
  validationRules: [],
  fields: fieldMap([
    { ...text('Id', 'Record ID', 18), type: 'id' },
    text('Name', 'Name', 255),
    text('FirstName', 'First Name', 40),
    text('LastName', 'Last Name', 80),
    text('Alias', 'Alias', 8),
    text('Title', 'Title', 128),
    text('Type', 'Type', 40),
    text('Username', 'Username', 80),
    email('Email', 'Email'),
    phone('Phone', 'Phone'),
    flag('IsActive', 'Active'),
  ]),
};

/** @param object of the record */
export function nameValue(object: SObject, record: SRecord, field: string): FieldValue {
  if (field === 'Type') return object.name;
  if (field === 'Name') return object.nameField === null ? null : (record[object.nameField] ?? null);
  return record[field] ?? (field === 'IsActive' ? false : null);
}
