import { callOrg } from '../orgApi.ts';
import { wireAdapter } from '../wireAdapter.ts';

type ObjectId = string | { objectApiName: string };
type FieldId = string | { objectApiName: string; fieldApiName: string };
type Wired = { data: unknown; error: unknown };

const initial: Wired = { data: undefined, error: undefined };
const value = (data: unknown): Wired => ({ data, error: undefined });
const fault = (error: unknown): Wired => ({ data: undefined, error });
const objectName = (object: ObjectId): string => (typeof object === 'string' ? object : object.objectApiName);

/** `lightning/uiObjectInfoApi`: what the user may know of an object. */
export const getObjectInfo = wireAdapter<{ objectApiName?: ObjectId }, unknown, Wired>({
  initial,
  ready: ({ objectApiName }) => objectApiName !== undefined,
  load: ({ objectApiName }) => callOrg('GET', `/ui-api/object-info/${objectName(objectApiName!)}`),
  value,
  fault,
});

/** Values of one picklist field, `{values: [{label, value}], …}`. */
export const getPicklistValues = wireAdapter<{ recordTypeId?: string; fieldApiName?: FieldId }, unknown, Wired>({
  initial,
  ready: ({ recordTypeId, fieldApiName }) => recordTypeId !== undefined && fieldApiName !== undefined,
  load: ({ recordTypeId, fieldApiName }) => {
    const named = fieldApiName!;
    const name = typeof named === 'string' ? named : `${named.objectApiName}.${named.fieldApiName}`;
    const [object, field] = name.split('.');
    return callOrg('GET', `/ui-api/object-info/${object}/picklist-values/${recordTypeId}/${field}`);
  },
  value,
  fault,
});
