import type { SObject } from '../../types.ts';
import { READ_ONLY, dateTime, email, flag, phone, picklist, reference, text, url } from '../fields.ts';
import { SETUP_ONLY, standard } from './parts.ts';

const ACCOUNT_LEVELS = ['None', 'Read', 'Edit'];

/** Users and how they are grouped (Object Reference). */
export function people(): SObject[] {
  return [
    standard(
      'User',
      'Users',
      '005',
      'Read',
      [
        text('Username', 'Username', 80, { required: true, unique: true }),
        text('LastName', 'Last Name', 80, { required: true }),
        text('FirstName', 'First Name', 40),
        text('Name', 'Full Name', 121, READ_ONLY),
        text('CompanyName', 'Company Name', 80),
        text('Division', 'Division', 80),
        text('Department', 'Department', 80),
        text('Title', 'Title', 80),
        text('City', 'City', 40),
        text('Country', 'Country', 80),
        email('Email', 'Email', { length: 128, required: true }),
        phone('Phone', 'Phone'),
        phone('MobilePhone', 'Mobile'),
        text('Alias', 'Alias', 8, { required: true }),
        text('CommunityNickname', 'Nickname', 40, { unique: true }),
        flag('IsActive', 'Active', { defaultValue: true }),
        text('TimeZoneSidKey', 'Time Zone', 40, { required: true }),
        text('LocaleSidKey', 'Locale', 40, { required: true }),
        text('EmailEncodingKey', 'Email Encoding', 40, { required: true }),
        text('LanguageLocaleKey', 'Language', 40, { required: true }),
        reference('ProfileId', 'Profile ID', 'Profile', 'Profile', 'Users', { required: true, onDelete: 'restrict' }),
        reference('UserRoleId', 'Role ID', 'UserRole', 'UserRole', 'Users'),
        reference('ManagerId', 'Manager ID', 'User', 'Manager', 'ManagedUsers'),
        picklist('UserType', 'User Type', ['Standard', 'PowerPartner', 'CsnOnly', 'AutomatedProcess', 'Guest'], {
          ...READ_ONLY,
          defaultValue: 'Standard',
        }),
        text('EmployeeNumber', 'Employee Number', 20),
        text('FederationIdentifier', 'SAML Federation ID', 512),
        url('SmallPhotoUrl', 'Url for small profile photo', { length: 1024, ...READ_ONLY }),
        url('FullPhotoUrl', 'Url for full-sized Photo', { length: 1024, ...READ_ONLY }),
        dateTime('LastLoginDate', 'Last Login', READ_ONLY),
      ],
      { operations: { create: true, update: true, delete: false } },
    ),
    standard(
      'UserRole',
      'Role',
      '00E',
      'Read',
      [
        text('Name', 'Name', 80, { required: true }),
        text('DeveloperName', 'Developer Name', 80, { unique: true }),
        reference('ParentRoleId', 'Parent Role ID', 'UserRole', 'ParentRole'),
        picklist('OpportunityAccessForAccountOwner', 'Opportunity Access Level for Account Owner', ACCOUNT_LEVELS, {
          defaultValue: 'None',
        }),
        picklist('CaseAccessForAccountOwner', 'Case Access Level for Account Owner', ACCOUNT_LEVELS, {
          defaultValue: 'None',
        }),
        picklist('ContactAccessForAccountOwner', 'Contact Access Level for Account Owner', ACCOUNT_LEVELS, {
          defaultValue: 'None',
        }),
      ],
      { label: 'Role', apiOnly: true },
    ),
    standard('Group', 'Group', '00G', 'Read', [
      text('Name', 'Name', 40, { required: true }),
      text('DeveloperName', 'Developer Name', 80, { unique: true }),
      picklist('Type', 'Type', ['Regular', 'Queue', 'Role', 'RoleAndSubordinates', 'Organization'], {
        defaultValue: 'Regular',
        updateable: false,
      }),
      reference('RelatedId', 'Related ID', 'UserRole', 'Related', undefined, READ_ONLY),
      email('Email', 'Email'),
    ]),
    standard(
      'GroupMember',
      'Group Member',
      '011',
      'Read',
      [
        reference('GroupId', 'Group ID', 'Group', 'Group', 'GroupMembers', {
          required: true,
          updateable: false,
          onDelete: 'cascade',
        }),
        reference('UserOrGroupId', 'User/Group ID', ['User', 'Group'], 'UserOrGroup', undefined, {
          required: true,
          updateable: false,
          onDelete: 'cascade',
        }),
      ],
      { apiOnly: true },
    ),
    standard(
      'QueueSobject',
      'Queue Sobject',
      '03g',
      'Read',
      [
        reference('QueueId', 'Group ID', 'Group', 'Queue', 'QueueSobjects', { required: true, onDelete: 'cascade' }),
        text('SobjectType', 'Object Type', 40, { required: true }),
      ],
      { apiOnly: true },
    ),
    standard(
      'Profile',
      'Profile',
      '00e',
      'Read',
      [
        text('Name', 'Name', 255, { required: true }),
        text('Description', 'Description', 255),
        picklist('UserType', 'User Type', ['Standard'], { ...READ_ONLY, defaultValue: 'Standard' }),
      ],
      { operations: SETUP_ONLY },
    ),
    standard(
      'PermissionSet',
      'Permission Sets',
      '0PS',
      'Read',
      [
        text('Name', 'Permission Set Name', 80, { required: true }),
        text('Label', 'Permission Set Label', 80, { required: true }),
        text('Description', 'Description', 255),
        reference('ProfileId', 'Profile ID', 'Profile', 'Profile', undefined, { ...READ_ONLY, onDelete: 'cascade' }),
        flag('IsOwnedByProfile', 'Is Owned By Profile', READ_ONLY),
        flag('IsCustom', 'Custom', { ...READ_ONLY, defaultValue: true }),
        picklist('Type', 'Type', ['Regular', 'Standard', 'Session', 'Profile', 'Group'], {
          ...READ_ONLY,
          defaultValue: 'Regular',
        }),
        text('NamespacePrefix', 'Namespace Prefix', 15, READ_ONLY),
      ],
      { apiOnly: true },
    ),
    standard(
      'PermissionSetAssignment',
      'Permission Set Assignments',
      '0Pa',
      'Read',
      [
        reference('AssigneeId', 'Assignee ID', 'User', 'Assignee', 'PermissionSetAssignments', {
          required: true,
          updateable: false,
          onDelete: 'cascade',
        }),
        reference('PermissionSetId', 'PermissionSet ID', 'PermissionSet', 'PermissionSet', 'Assignments', {
          required: true,
          updateable: false,
          onDelete: 'cascade',
        }),
        flag('IsActive', 'Is Active', { ...READ_ONLY, defaultValue: true }),
      ],
      { apiOnly: true, operations: { create: true, update: false, delete: true } },
    ),
    standard(
      'ObjectPermissions',
      'Object Permissions',
      '110',
      'Read',
      [
        reference('ParentId', 'Parent ID', 'PermissionSet', 'Parent', 'ObjectPerms', {
          ...READ_ONLY,
          onDelete: 'cascade',
        }),
        text('SobjectType', 'SObject Type Name', 40, READ_ONLY),
        ...['Create', 'Read', 'Edit', 'Delete', 'ViewAllRecords', 'ModifyAllRecords', 'ViewAllFields'].map((name) =>
          flag(`Permissions${name}`, name, READ_ONLY),
        ),
      ],
      { operations: SETUP_ONLY, apiOnly: true },
    ),
    standard(
      'FieldPermissions',
      'Field Permissions',
      '01k',
      'Read',
      [
        reference('ParentId', 'Parent ID', 'PermissionSet', 'Parent', 'FieldPerms', {
          ...READ_ONLY,
          onDelete: 'cascade',
        }),
        text('SobjectType', 'SObject Type Name', 40, READ_ONLY),
        text('Field', 'Field Name', 255, READ_ONLY),
        flag('PermissionsRead', 'Read', READ_ONLY),
        flag('PermissionsEdit', 'Edit', READ_ONLY),
      ],
      { operations: SETUP_ONLY, apiOnly: true },
    ),
  ];
}
