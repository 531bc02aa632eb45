import type { Field, FieldValue, SObject } from '../types.ts';
import { criterion } from './criteria.ts';
import type { MetadataFile } from './metadata.ts';
import type { Schema } from './schema.ts';

/** A roll-up summary: what of which details is worked out on the master. */
export type Summary = {
  field: Field;
  detail: SObject;
  reference: Field;
  operation: 'count' | 'sum' | 'min' | 'max';
  summarized: Field | null;
  matches(value: (field: Field) => FieldValue): boolean;
};

const OPERATIONS = ['count', 'sum', 'min', 'max'] as const;
/** Reads a `Summary` field of `object`. @throws Error that names the file */
export function summaryOf(schema: Schema, object: SObject, field: Field, file: MetadataFile): Summary {
  const { root } = file;
  const member = (name: string): { owner: SObject; member: Field } => {
    const [objectName = '', fieldName = ''] = name.split('.');
    const owner = schema.object(objectName);
    const found = owner && schema.field(owner, fieldName);
    if (!found) throw file.fault(`names the unknown field ${name}`);
    return { owner, member: found };
  };
  const { owner: detail, member: reference } = member(file.need(root, 'summaryForeignKey'));
  if (!reference.reference?.masterDetail || !reference.reference.to.includes(object.name))
    throw file.fault(`${reference.name} is no master-detail field to ${object.name}`);
  const operation = OPERATIONS.find((one) => one === file.need(root, 'summaryOperation'));
  if (!operation) throw file.fault(`summaryOperation ${file.need(root, 'summaryOperation')} is not supported`);
  const summarized = operation === 'count' ? null : member(file.need(root, 'summarizedField')).member;
  if (summarized?.formula !== undefined) throw file.fault('a summary of a formula is not supported');
  const number = summarized && ['double', 'int', 'percent', 'currency'].includes(summarized.type);
  if (summarized && !number && (operation === 'sum' || !['date', 'datetime'].includes(summarized.type)))
    throw file.fault(`${summarized.name} cannot be summarized by ${operation}`);
  const filters = file.list(root, 'summaryFilterItems').map((item) => {
    const { owner, member: filtered } = member(file.need(item, 'field'));
    if (owner !== detail) throw file.fault(`filters by ${filtered.name}, which is no field of ${detail.name}`);
    const holds = criterion(file, item, filtered);
    return (value: (field: Field) => FieldValue): boolean => holds(value(filtered));
  });
  return {
    field,
    detail,
    reference,
    operation,
    summarized,
    matches: (value) => filters.every((holds) => holds(value)),
  };
}
