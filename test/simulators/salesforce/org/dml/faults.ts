import { RowFault } from '../errors.ts';
import type { SObject } from '../types.ts';

export const noAccess = (): RowFault =>
  new RowFault('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');

export const noCrossAccess = (id: string): RowFault =>
  new RowFault(
    'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    `insufficient access rights on cross-reference id: ${id}`,
  );

export const unknownField = (name: string, object: SObject): RowFault =>
  new RowFault('INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);

export const notWritable = (names: string[]): RowFault =>
  new RowFault(
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${names.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    names,
  );

export const missing = (names: string[]): RowFault =>
  new RowFault('REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names);
