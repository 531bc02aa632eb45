import type { Field, SObject } from '../../types.ts';
import { READ_ONLY, dateTime, flag, number, picklist, reference, standardField, text } from '../fields.ts';
import { SETUP_ONLY, standard } from './parts.ts';

const readOnly = { operations: SETUP_ONLY, apiOnly: true as const };
const LEVELS = ['None', 'Read', 'Edit', 'Delete', 'Transfer', 'All'];

/** A list of values with what they mean. */
const master = (name: string, keyPrefix: string, fields: readonly Field[]): SObject =>
  standard(
    name,
    name.replace(/([a-z])([A-Z])/g, '$1 $2'),
    keyPrefix,
    'Read',
    [
      text('MasterLabel', 'Master Label', 255, READ_ONLY),
      text('ApiName', 'API Name', 255, READ_ONLY),
      number('SortOrder', 'Sort Order', 9, 0, READ_ONLY),
      flag('IsDefault', 'Default', READ_ONLY),
      ...fields,
    ],
    { ...readOnly, nameField: 'MasterLabel' },
  );

/** What the org is made of (Object Reference); read, never written. */
export function setup(): SObject[] {
  return [
    standard(
      'Organization',
      'Organization',
      '00D',
      'Read',
      [
        text('Name', 'Name', 80, { updateable: true }),
        text('InstanceName', 'Instance Name', 5, READ_ONLY),
        flag('IsSandbox', 'Is Sandbox', READ_ONLY),
        text('NamespacePrefix', 'Namespace Prefix', 15, READ_ONLY),
        text('OrganizationType', 'Edition', 40, READ_ONLY),
        dateTime('TrialExpirationDate', 'Trial Expiration Date', READ_ONLY),
        text('PrimaryContact', 'Primary Contact', 80, READ_ONLY),
        text('Country', 'Country', 80, READ_ONLY),
        text('DefaultLocaleSidKey', 'Locale', 40, { ...READ_ONLY, defaultValue: 'en_US' }),
        text('LanguageLocaleKey', 'Language', 40, { ...READ_ONLY, defaultValue: 'en_US' }),
        text('TimeZoneSidKey', 'Time Zone', 40, { ...READ_ONLY, defaultValue: 'UTC' }),
        number('FiscalYearStartMonth', 'Fiscal Year Starts In', 9, 0, { ...READ_ONLY, defaultValue: 1 }),
        text('DefaultAccountAccess', 'Default Account Access', 40, READ_ONLY),
        text('DefaultContactAccess', 'Default Contact Access', 40, READ_ONLY),
        text('DefaultOpportunityAccess', 'Default Opportunity Access', 40, READ_ONLY),
        text('DefaultCaseAccess', 'Default Case Access', 40, READ_ONLY),
      ],
      { operations: { create: false, update: true, delete: false } },
    ),
    standard(
      'RecordType',
      'Record Type',
      '012',
      'Read',
      [
        text('Name', 'Name', 80, READ_ONLY),
        text('DeveloperName', 'Record Type Name', 80, READ_ONLY),
        text('SobjectType', 'SObject Type Name', 40, READ_ONLY),
        text('Description', 'Description', 255, READ_ONLY),
        text('NamespacePrefix', 'Namespace Prefix', 15, READ_ONLY),
        flag('IsActive', 'Active', READ_ONLY),
        flag('IsPersonType', 'Is Person Type', READ_ONLY),
      ],
      readOnly,
    ),
    master('OpportunityStage', '01J', [
      flag('IsActive', 'Is Active', READ_ONLY),
      flag('IsClosed', 'Closed', READ_ONLY),
      flag('IsWon', 'Won', READ_ONLY),
      text('ForecastCategory', 'Forecast Category', 40, READ_ONLY),
      text('ForecastCategoryName', 'Forecast Category Name', 40, READ_ONLY),
      number('DefaultProbability', 'Probability (%)', 3, 0, READ_ONLY),
      text('Description', 'Description', 255, READ_ONLY),
    ]),
    master('CaseStatus', '01B', [flag('IsClosed', 'Closed', READ_ONLY)]),
    master('TaskStatus', '01T', [flag('IsClosed', 'Closed', READ_ONLY)]),
    master('TaskPriority', '01G', [flag('IsHighPriority', 'High Priority', READ_ONLY)]),
    master('ContractStatus', '811', [text('StatusCode', 'Status Category', 40, READ_ONLY)]),
    standard(
      'UserRecordAccess',
      'User Record Access',
      '',
      'Read',
      [
        standardField('RecordId', 'Record ID', 'id', { length: 18, ...READ_ONLY }),
        reference('UserId', 'User ID', 'User', 'User', undefined, READ_ONLY),
        ...['HasReadAccess', 'HasEditAccess', 'HasDeleteAccess', 'HasTransferAccess', 'HasAllAccess'].map((name) =>
          flag(name, name.replace(/([a-z])([A-Z])/g, '$1 $2'), READ_ONLY),
        ),
        picklist('MaxAccessLevel', 'Max Access Level', LEVELS, READ_ONLY),
      ],
      readOnly,
    ),
    standard(
      'UserExternalCredential',
      'User External Credentials',
      '0qQ',
      'Private',
      [
        text('ExternalCredential', 'External Credential', 80, READ_ONLY),
        reference('UserId', 'User ID', 'User', 'User', undefined, READ_ONLY),
      ],
      readOnly,
    ),
  ];
}
