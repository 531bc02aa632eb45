import type { Field, SObject } from '../../types.ts';
import {
  READ_ONLY,
  activityField,
  date,
  email,
  flag,
  longText,
  money,
  number,
  ownerField,
  phone,
  picklist,
  reference,
  text,
  url,
  viewedFields,
} from '../fields.ts';
import { LEAD_SOURCES, SALUTATIONS, address, standard, type StandardOptions } from './parts.ts';

export const INDUSTRIES = [
  ...['Agriculture', 'Banking', 'Biotechnology', 'Chemicals', 'Communications', 'Construction', 'Consulting'],
  ...['Education', 'Electronics', 'Energy', 'Engineering', 'Entertainment', 'Finance', 'Food & Beverage', 'Government'],
  ...['Healthcare', 'Hospitality', 'Insurance', 'Machinery', 'Manufacturing', 'Media', 'Not For Profit', 'Recreation'],
  ...['Retail', 'Shipping', 'Technology', 'Telecommunications', 'Transportation', 'Utilities', 'Other'],
];
export const RATINGS = ['Hot', 'Warm', 'Cold'];

/** Fields of the Contact that a Person Account has under another name (Object Reference, "Account"). */
export const PERSON_FIELDS: Readonly<Record<string, string>> = {
  Salutation: 'Salutation',
  FirstName: 'FirstName',
  LastName: 'LastName',
  PersonEmail: 'Email',
  PersonTitle: 'Title',
  PersonDepartment: 'Department',
  PersonBirthdate: 'Birthdate',
  PersonMobilePhone: 'MobilePhone',
  PersonHomePhone: 'HomePhone',
  PersonOtherPhone: 'OtherPhone',
  PersonLeadSource: 'LeadSource',
  PersonDoNotCall: 'DoNotCall',
  PersonHasOptedOutOfEmail: 'HasOptedOutOfEmail',
  PersonMailingStreet: 'MailingStreet',
  PersonMailingCity: 'MailingCity',
  PersonMailingState: 'MailingState',
  PersonMailingPostalCode: 'MailingPostalCode',
  PersonMailingCountry: 'MailingCountry',
};

const contactFields = (): Field[] => [
  picklist('Salutation', 'Salutation', SALUTATIONS),
  text('FirstName', 'First Name', 40),
  text('LastName', 'Last Name', 80, { required: true }),
  text('Name', 'Full Name', 121, READ_ONLY),
  email('Email', 'Email'),
  text('Title', 'Title', 128),
  text('Department', 'Department', 80),
  date('Birthdate', 'Birthdate'),
  phone('Phone', 'Business Phone'),
  phone('Fax', 'Business Fax'),
  phone('MobilePhone', 'Mobile Phone'),
  phone('HomePhone', 'Home Phone'),
  phone('OtherPhone', 'Other Phone'),
  phone('AssistantPhone', 'Asst. Phone'),
  text('AssistantName', "Assistant's Name", 40),
  picklist('LeadSource', 'Lead Source', LEAD_SOURCES),
  flag('DoNotCall', 'Do Not Call'),
  flag('HasOptedOutOfEmail', 'Email Opt Out'),
  ...address('Mailing', 'Mailing'),
];

function personFields(): Field[] {
  const contact = new Map(contactFields().map((field) => [field.name, field]));
  const mirrored = Object.entries(PERSON_FIELDS).map(([name, of]): Field => ({
    ...contact.get(of)!,
    name,
    required: false,
  }));
  return [
    flag('IsPersonAccount', 'Is Person Account', READ_ONLY),
    reference('PersonContactId', 'Contact ID', 'Contact', 'PersonContact', undefined, READ_ONLY),
    ...mirrored,
  ];
}

/** Account and Contact; with Person Accounts, the fields of people are on the Account too. */
export function accounts({ personAccounts }: StandardOptions): SObject[] {
  return [
    standard('Account', 'Accounts', '001', 'Private', [
      text('Name', 'Account Name', 255, { required: true }),
      reference('MasterRecordId', 'Master Record ID', 'Account', 'MasterRecord', undefined, READ_ONLY),
      picklist('Type', 'Account Type', [
        ...['Prospect', 'Customer - Direct', 'Customer - Channel', 'Channel Partner / Reseller'],
        ...['Installation Partner', 'Technology Partner', 'Other'],
      ]),
      reference('ParentId', 'Parent Account ID', 'Account', 'Parent', 'ChildAccounts'),
      ...address('Billing', 'Billing'),
      ...address('Shipping', 'Shipping'),
      phone('Phone', 'Account Phone'),
      phone('Fax', 'Account Fax'),
      text('AccountNumber', 'Account Number', 40),
      url('Website', 'Website'),
      text('Sic', 'SIC Code', 20),
      text('SicDesc', 'SIC Description', 80),
      picklist('Industry', 'Industry', INDUSTRIES),
      money('AnnualRevenue', 'Annual Revenue', 0),
      number('NumberOfEmployees', 'Employees', 8, 0),
      picklist('Ownership', 'Ownership', ['Public', 'Private', 'Subsidiary', 'Other']),
      text('TickerSymbol', 'Ticker Symbol', 20),
      longText('Description', 'Account Description'),
      picklist('Rating', 'Account Rating', RATINGS),
      text('Site', 'Account Site', 80),
      picklist('AccountSource', 'Account Source', LEAD_SOURCES),
      ownerField(),
      activityField(),
      ...viewedFields(),
      ...(personAccounts ? personFields() : []),
    ]),
    standard('Contact', 'Contacts', '003', 'ControlledByParent', [
      reference('MasterRecordId', 'Master Record ID', 'Contact', 'MasterRecord', undefined, READ_ONLY),
      reference('AccountId', 'Account ID', 'Account', 'Account', 'Contacts', { onDelete: 'cascade' }),
      ...contactFields(),
      reference('ReportsToId', 'Reports To ID', 'Contact', 'ReportsTo'),
      longText('Description', 'Contact Description'),
      ownerField(),
      activityField(),
      ...viewedFields(),
      ...(personAccounts ? [flag('IsPersonAccount', 'Is Person Account', READ_ONLY)] : []),
    ]),
  ];
}
