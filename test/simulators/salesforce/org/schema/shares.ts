import type { SObject } from '../types.ts';
import { READ_ONLY, dateTime, fieldMap, flag, picklist, reference, standardField } from './fields.ts';
import type { Schema } from './schema.ts';

/** Standard objects with shares, and the key prefix of these. */
const STANDARD: Readonly<Record<string, string>> = {
  Account: '00r',
  Opportunity: '00t',
  Case: '01n',
  Lead: '01o',
  Contact: '03s',
  Campaign: '08s',
};
const OF_ACCOUNTS = ['OpportunityAccessLevel', 'CaseAccessLevel', 'ContactAccessLevel'];

/** Shares of all custom objects begin alike. */
export const CUSTOM_SHARE_PREFIX = '02c';

function shareOf(object: SObject): SObject {
  const parent = object.custom ? 'ParentId' : `${object.name}Id`;
  const level = object.custom ? 'AccessLevel' : `${object.name}AccessLevel`;
  const levels = (name: string, required: boolean) =>
    picklist(name, name.replace(/([a-z])([A-Z])/g, '$1 $2'), ['Read', 'Edit', 'All', 'None'], {
      required,
      picklist: { restricted: true, values: ['Read', 'Edit', 'All', 'None'] },
    });
  const name = object.custom ? object.name.replace(/__c$/, '__Share') : `${object.name}Share`;
  return {
    name,
    label: `${object.label} Share`,
    labelPlural: `${object.label} Share`,
    keyPrefix: object.custom ? CUSTOM_SHARE_PREFIX : STANDARD[object.name]!,
    custom: false,
    sharing: 'ControlledByParent',
    nameField: null,
    validationRules: [],
    shareOf: object.name,
    apiOnly: true,
    fields: fieldMap([
      standardField('Id', 'Record ID', 'id', { length: 18, ...READ_ONLY }),
      reference(parent, parent.replace(/Id$/, ' ID'), object.name, parent.replace(/Id$/, ''), 'Shares', {
        required: true,
        updateable: false,
        masterDetail: true,
      }),
      reference('UserOrGroupId', 'User/Group ID', ['User', 'Group'], 'UserOrGroup', undefined, {
        required: true,
        updateable: false,
        onDelete: 'cascade',
      }),
      levels(level, true),
      ...(object.name === 'Account' ? OF_ACCOUNTS.map((one) => levels(one, false)) : []),
      picklist('RowCause', 'Row Cause', ['Manual'], { defaultValue: 'Manual', updateable: false }),
      dateTime('LastModifiedDate', 'Last Modified Date', READ_ONLY),
      reference('LastModifiedById', 'Last Modified By ID', 'User', 'LastModifiedBy', undefined, READ_ONLY),
      flag('IsDeleted', 'Deleted', READ_ONLY),
    ]),
  };
}

/** Adds the share objects of everything that is not open to all anyway. */
export function addShares(schema: Schema): void {
  for (const object of schema.all())
    if ((object.custom || STANDARD[object.name]) && (object.sharing === 'Private' || object.sharing === 'Read'))
      schema.add(shareOf(object));
}
