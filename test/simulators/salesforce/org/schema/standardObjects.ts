import type { Field, Sharing, SObject } from '../types.ts';
import { fieldMap, ownerField, picklist, reference, standardField, systemFields, text } from './fields.ts';

const READ_ONLY = { createable: false, updateable: false };

function address(prefix: string, label: string): Field[] {
  return [
    standardField(`${prefix}Street`, `${label} Street`, 'textarea', { length: 255 }),
    text(`${prefix}City`, `${label} City`, 40),
    text(`${prefix}State`, `${label} State/Province`, 80),
    text(`${prefix}PostalCode`, `${label} Zip/Postal Code`, 20),
    text(`${prefix}Country`, `${label} Country`, 80),
  ];
}

function standard(name: string, labelPlural: string, keyPrefix: string, sharing: Sharing, fields: Field[]): SObject {
  const label = name.replace(/([a-z])([A-Z])/g, '$1 $2');
  return {
    name,
    label,
    labelPlural,
    keyPrefix,
    custom: false,
    sharing,
    fields: fieldMap([...systemFields(), ...fields]),
    validationRules: [],
  };
}

const INDUSTRIES = ['Agriculture', 'Banking', 'Education', 'Energy', 'Finance', 'Healthcare', 'Manufacturing'];
const STAGES = [
  'Prospecting',
  'Qualification',
  'Proposal/Price Quote',
  'Negotiation/Review',
  'Closed Won',
  'Closed Lost',
];

/** The standard objects that the product and its clients touch, with their usual fields (Object Reference). */
export function standardObjects(): SObject[] {
  return [
    standard('Account', 'Accounts', '001', 'Private', [
      text('Name', 'Account Name', 255, { required: true }),
      reference('MasterRecordId', 'Master Record ID', 'Account', 'MasterRecord', undefined, READ_ONLY),
      picklist('Type', 'Account Type', ['Prospect', 'Customer - Direct', 'Customer - Channel', 'Other']),
      reference('ParentId', 'Parent Account ID', 'Account', 'Parent', 'ChildAccounts'),
      ...address('Billing', 'Billing'),
      ...address('Shipping', 'Shipping'),
      standardField('Phone', 'Account Phone', 'phone', { length: 40 }),
      standardField('Website', 'Website', 'url', { length: 255 }),
      text('AccountNumber', 'Account Number', 40),
      picklist('Industry', 'Industry', [...INDUSTRIES, 'Media', 'Retail', 'Technology', 'Other']),
      standardField('AnnualRevenue', 'Annual Revenue', 'currency', { precision: 18, scale: 0 }),
      standardField('NumberOfEmployees', 'Employees', 'int', { precision: 8, scale: 0 }),
      standardField('Description', 'Account Description', 'textarea', { length: 32_000, filterable: false }),
      ownerField(),
    ]),
    standard('Contact', 'Contacts', '003', 'ControlledByParent', [
      reference('AccountId', 'Account ID', 'Account', 'Account', 'Contacts', { onDelete: 'cascade' }),
      text('FirstName', 'First Name', 40),
      text('LastName', 'Last Name', 80, { required: true }),
      text('Name', 'Full Name', 121, READ_ONLY),
      standardField('Email', 'Email', 'email', { length: 80 }),
      standardField('Phone', 'Business Phone', 'phone', { length: 40 }),
      text('Title', 'Title', 128),
      ...address('Mailing', 'Mailing'),
      ownerField(),
    ]),
    standard('Opportunity', 'Opportunities', '006', 'Private', [
      reference('AccountId', 'Account ID', 'Account', 'Account', 'Opportunities', { onDelete: 'cascade' }),
      text('Name', 'Name', 120, { required: true }),
      picklist('StageName', 'Stage', STAGES, { required: true }),
      standardField('Amount', 'Amount', 'currency', { precision: 18, scale: 2 }),
      standardField('CloseDate', 'Close Date', 'date', { required: true }),
      picklist('Type', 'Opportunity Type', ['New Business', 'Existing Business']),
      standardField('Description', 'Description', 'textarea', { length: 32_000, filterable: false }),
      ownerField(),
    ]),
    standard('Case', 'Cases', '500', 'Private', [
      reference('AccountId', 'Account ID', 'Account', 'Account', 'Cases', { onDelete: 'restrict' }),
      reference('ContactId', 'Contact ID', 'Contact', 'Contact', 'Cases'),
      text('Subject', 'Subject', 255),
      picklist('Status', 'Status', ['New', 'Working', 'Escalated', 'Closed'], { defaultValue: 'New' }),
      picklist('Priority', 'Priority', ['High', 'Medium', 'Low'], { defaultValue: 'Medium' }),
      picklist('Origin', 'Case Origin', ['Phone', 'Email', 'Web']),
      standardField('Description', 'Description', 'textarea', { length: 32_000, filterable: false }),
      ownerField(),
    ]),
    standard('Task', 'Tasks', '00T', 'Private', [
      reference('AccountId', 'Account ID', 'Account', 'Account', undefined, READ_ONLY),
      reference('WhatId', 'Related To ID', ['Account', 'Opportunity', 'Case'], 'What', 'Tasks', {
        onDelete: 'cascade',
      }),
      text('Subject', 'Subject', 255),
      standardField('ActivityDate', 'Due Date Only', 'date'),
      picklist('Status', 'Status', ['Not Started', 'In Progress', 'Completed'], { defaultValue: 'Not Started' }),
      picklist('Priority', 'Priority', ['High', 'Normal', 'Low'], { defaultValue: 'Normal' }),
      standardField('Description', 'Description', 'textarea', { length: 32_000, filterable: false }),
      ownerField(),
    ]),
    standard('User', 'Users', '005', 'Read', [
      text('Username', 'Username', 80, { required: true, unique: true }),
      text('FirstName', 'First Name', 40),
      text('LastName', 'Last Name', 80, { required: true }),
      text('Name', 'Full Name', 121, READ_ONLY),
      standardField('Email', 'Email', 'email', { length: 128, required: true }),
      text('Alias', 'Alias', 8),
      standardField('IsActive', 'Active', 'boolean', { defaultValue: true }),
      reference('ProfileId', 'Profile ID', 'Profile', 'Profile', 'Users', { required: true }),
      text('TimeZoneSidKey', 'Time Zone', 40, { defaultValue: 'UTC' }),
      text('LocaleSidKey', 'Locale', 40, { defaultValue: 'en_US' }),
    ]),
    standard('Profile', 'Profiles', '00e', 'Read', [text('Name', 'Name', 255, { required: true })]),
    standard('Organization', 'Organizations', '00D', 'Read', [
      text('Name', 'Name', 80),
      text('InstanceName', 'Instance Name', 5, READ_ONLY),
      standardField('IsSandbox', 'Is Sandbox', 'boolean', READ_ONLY),
      text('NamespacePrefix', 'Namespace Prefix', 15, READ_ONLY),
      text('OrganizationType', 'Edition', 40, READ_ONLY),
      standardField('TrialExpirationDate', 'Trial Expiration Date', 'datetime', READ_ONLY),
    ]),
    standard('PermissionSet', 'Permission Sets', '0PS', 'Read', [
      text('Name', 'Permission Set Name', 80, { required: true, unique: true }),
      text('Label', 'Permission Set Label', 80, { required: true }),
    ]),
    standard('PermissionSetAssignment', 'Permission Set Assignments', '0Pa', 'Read', [
      reference('AssigneeId', 'Assignee ID', 'User', 'Assignee', 'PermissionSetAssignments', {
        required: true,
        onDelete: 'cascade',
      }),
      reference('PermissionSetId', 'Permission Set ID', 'PermissionSet', 'PermissionSet', 'Assignments', {
        required: true,
        onDelete: 'cascade',
      }),
    ]),
  ];
}
