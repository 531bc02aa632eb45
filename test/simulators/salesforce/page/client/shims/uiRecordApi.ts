import { callOrg } from '../orgApi.ts';
import { invalidateAll, wireAdapter } from '../wireAdapter.ts';

type FieldId = string | { objectApiName: string; fieldApiName: string };
type FieldValue = { value: unknown; displayValue: string | null };
export type UiRecord = { id: string; apiName: string; fields: Record<string, FieldValue> };
type Config = { recordId?: string; fields?: FieldId | FieldId[]; optionalFields?: FieldId | FieldId[] };
export type WiredRecord = { data: UiRecord | undefined; error: unknown };
type Input = { apiName?: string; fields: Record<string, unknown> };

const nameOf = (field: FieldId): string =>
  typeof field === 'string' ? field : `${field.objectApiName}.${field.fieldApiName}`;
const listOf = (fields: FieldId | FieldId[] | undefined): string[] =>
  fields === undefined ? [] : (Array.isArray(fields) ? fields : [fields]).map(nameOf);

/** `lightning/uiRecordApi` by `fields` and `optionalFields`; layouts are not supported. */
export const getRecord = wireAdapter<Config, UiRecord, WiredRecord>({
  initial: { data: undefined, error: undefined },
  ready: ({ recordId, fields, optionalFields }) =>
    recordId !== undefined && recordId !== null && listOf(fields).length + listOf(optionalFields).length > 0,
  load: ({ recordId, fields, optionalFields }) => {
    const query = new URLSearchParams();
    if (listOf(fields).length > 0) query.set('fields', listOf(fields).join(','));
    if (listOf(optionalFields).length > 0) query.set('optionalFields', listOf(optionalFields).join(','));
    return callOrg('GET', `/ui-api/records/${recordId}?${query}`) as Promise<UiRecord>;
  },
  value: (data) => ({ data, error: undefined }),
  fault: (error) => ({ data: undefined, error }),
});

function find(record: UiRecord | undefined, field: FieldId): FieldValue | undefined {
  let at: FieldValue | undefined;
  let fields = record?.fields;
  for (const step of nameOf(field).split('.').slice(1)) {
    at = fields?.[step];
    fields = (at?.value as UiRecord | null | undefined)?.fields;
  }
  return at;
}

/** Undefined when the record came without the field. */
export const getFieldValue = (record: UiRecord | undefined, field: FieldId): unknown => find(record, field)?.value;
export const getFieldDisplayValue = (record: UiRecord | undefined, field: FieldId) => find(record, field)?.displayValue;

export async function createRecord(input: Input): Promise<UiRecord> {
  return (await callOrg('POST', '/ui-api/records', input)) as UiRecord;
}

export async function updateRecord({ fields: { Id, ...fields } }: Input): Promise<UiRecord> {
  const record = (await callOrg('PATCH', `/ui-api/records/${String(Id)}`, { fields })) as UiRecord;
  await invalidateAll();
  return record;
}

export async function deleteRecord(recordId: string): Promise<void> {
  await callOrg('DELETE', `/ui-api/records/${recordId}`);
  await invalidateAll();
}

/** Every wire asks again: which records a GraphQL answer rests on is not known here. */
export async function notifyRecordUpdateAvailable(_records: { recordId: string }[]): Promise<void> {
  await invalidateAll();
}
