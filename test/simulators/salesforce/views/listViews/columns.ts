import { pathOf } from '../criteria/columns.ts';
import type { Schema } from '../../org/schema/schema.ts';
import type { SObject } from '../../org/types.ts';
import type { FieldPath } from '../../soql/names.ts';

export type ListColumn = {
  /** As SOQL names it, `Account__r.Name`. */
  name: string;
  label: string;
  path: FieldPath;
};

/** How list views name the fields of the platform (Metadata API Developer Guide, "ListView"). */
const COMMON: Readonly<Record<string, string>> = {
  NAME: 'Name',
  OBJECT_ID: 'Id',
  'OWNER.ALIAS': 'Owner.Alias',
  'OWNER.FIRST_NAME': 'Owner.FirstName',
  'OWNER.LAST_NAME': 'Owner.LastName',
  'CORE.USERS.ALIAS': 'Owner.Alias',
  CREATED_DATE: 'CreatedDate',
  LAST_UPDATE: 'LastModifiedDate',
  LAST_ACTIVITY: 'LastActivityDate',
  CREATEDBY_USER: 'CreatedBy.Name',
  'CREATEDBY_USER.ALIAS': 'CreatedBy.Alias',
  UPDATEDBY_USER: 'LastModifiedBy.Name',
  'UPDATEDBY_USER.ALIAS': 'LastModifiedBy.Alias',
  RECORDTYPE: 'RecordType.Name',
};
const BY_OBJECT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Account: {
    'ACCOUNT.NAME': 'Name',
    'ACCOUNT.PHONE1': 'Phone',
    'ACCOUNT.TYPE': 'Type',
    'ACCOUNT.INDUSTRY': 'Industry',
    'ACCOUNT.ADDRESS1_CITY': 'BillingCity',
    'ACCOUNT.ADDRESS1_STATE': 'BillingState',
    'ACCOUNT.CREATED_DATE': 'CreatedDate',
    'ACCOUNT.LAST_UPDATE': 'LastModifiedDate',
  },
  Contact: { FULL_NAME: 'Name', 'ACCOUNT.NAME': 'Account.Name', 'CONTACT.PHONE1': 'Phone', 'CONTACT.EMAIL': 'Email' },
  Opportunity: {
    'OPPORTUNITY.NAME': 'Name',
    'ACCOUNT.NAME': 'Account.Name',
    'OPPORTUNITY.AMOUNT': 'Amount',
    'OPPORTUNITY.STAGE_NAME': 'StageName',
    'OPPORTUNITY.CLOSE_DATE': 'CloseDate',
  },
  Case: {
    'CASES.CASE_NUMBER': 'CaseNumber',
    'CASES.SUBJECT': 'Subject',
    'CASES.STATUS': 'Status',
    'CASES.PRIORITY': 'Priority',
    'CASES.CREATED_DATE': 'CreatedDate',
    'CASES.LAST_UPDATE': 'LastModifiedDate',
  },
};

/** A reference is shown by the name of its record. */
function shown(schema: Schema, object: SObject, name: string): string {
  const field = schema.field(object, name);
  const target = field?.reference && schema.object(field.reference.to[0]!);
  return target && target.nameField !== null ? `${field.reference!.relationshipName}.${target.nameField}` : name;
}

/** @returns null for a name that a list view of the object does not know */
export function listColumn(schema: Schema, object: SObject, written: string): ListColumn | null {
  const platform = BY_OBJECT[object.name]?.[written] ?? COMMON[written];
  if (platform === undefined && !/__c$|__pc$/.test(written)) return null;
  const name = shown(schema, object, platform ?? written);
  const path = pathOf(schema, object, name);
  if (!path) return null;
  const first = path.parents[0]?.field ?? path.field;
  const label = first.type === 'reference' ? first.label.replace(/ ID$/, '') : path.field.label;
  return { name, path, label: /\.Alias$/.test(name) ? `${label} Alias` : label };
}
