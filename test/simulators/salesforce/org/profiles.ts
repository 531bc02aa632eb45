import { emptyPermissions, noPermission, type ObjectPermission, type Permissions } from './permissions.ts';
import type { Schema } from './schema/schema.ts';

export const PROFILES = {
  admin: 'System Administrator',
  standard: 'Standard User',
  integration: 'Minimum Access - API Only Integrations',
} as const;

/** What everybody may read: who is who, and what the org is made of. */
const DIRECTORY = ['User', 'UserRole', 'Group', 'GroupMember', 'QueueSobject', 'Profile', 'Organization'].concat([
  ...['PermissionSet', 'PermissionSetAssignment', 'ObjectPermissions', 'FieldPermissions', 'RecordType'],
  ...['ListView', 'FeedItem'],
  ...['UserRecordAccess', 'OpportunityStage', 'CaseStatus', 'TaskStatus', 'TaskPriority', 'ContractStatus'],
]);
const SALES = [
  'Account',
  'Contact',
  'Lead',
  'Opportunity',
  'OpportunityLineItem',
  'OpportunityContactRole',
  'Case',
].concat(['Task', 'Event', 'Contract', 'Campaign', 'CampaignMember']);
const PRICES = ['Product2', 'Pricebook2', 'PricebookEntry'];

const ADMIN_PERMISSIONS = [
  ...['ViewAllData', 'ModifyAllData', 'ManageUsers', 'CustomizeApplication', 'ModifyMetadata', 'ViewSetup', 'RunFlow'],
  ...['AssignPermissionSets', 'ManageProfilesPermissionsets', 'ManageInternalUsers', 'ManageRoles', 'ManageSharing'],
  ...['BulkApiHardDelete', 'RunReports', 'CreateCustomizeReports', 'ExportReport', 'LightningExperienceUser'],
  ...['ActivateContract', 'EditTask', 'EditEvent', 'ConvertLeads', 'TransferAnyEntity', 'ViewAllUsers'],
];
const STANDARD_PERMISSIONS = [
  ...['RunFlow', 'RunReports', 'CreateCustomizeReports', 'ExportReport', 'LightningExperienceUser', 'EditTask'],
  ...['EditEvent', 'ConvertLeads', 'ActivateContract', 'ViewHelpLink'],
];

const CRUD: ObjectPermission = { ...noPermission(), create: true, read: true, edit: true, delete: true };

/**
 * Built-in profiles, much reduced: sales objects with their standard fields, or nothing but the directory. The integration
 * profile leaves even API access to permission sets.
 * @param installed custom fields (`Object.Field`) that were there when the org was made: admins have them, as after
 *   an installation for admins. A deploy grants a new field to nobody, so that admins need a permission set too
 */
export function profilePermissions(profile: string, schema: Schema, installed: ReadonlySet<string>): Permissions {
  const permissions = emptyPermissions(profile, profile);
  const grant = (names: readonly string[], permission: ObjectPermission): void => {
    for (const name of names) {
      const object = schema.object(name);
      if (!object) continue;
      permissions.objects.set(object.name, permission);
      for (const field of object.fields.values())
        if (!field.custom || (profile === PROFILES.admin && installed.has(`${object.name}.${field.name}`)))
          permissions.fields.set(`${object.name}.${field.name}`, { read: true, edit: permission.edit });
      for (const type of schema.recordTypes)
        if (type.object === object.name && (!type.custom || profile === PROFILES.admin))
          permissions.recordTypes.add(`${type.object}.${type.developerName}`);
    }
  };
  grant(DIRECTORY, { ...noPermission(), read: true });
  if (profile === PROFILES.integration) return permissions;
  permissions.user.add('ApiEnabled');
  if (profile === PROFILES.standard) {
    for (const name of STANDARD_PERMISSIONS) permissions.user.add(name);
    grant(SALES, CRUD);
    grant(PRICES, { ...noPermission(), read: true });
  }
  if (profile === PROFILES.admin) {
    for (const name of ADMIN_PERMISSIONS) permissions.user.add(name);
    const all: ObjectPermission = { ...CRUD, viewAll: true, modifyAll: true };
    grant(
      schema.all().map(({ name }) => name),
      all,
    );
  }
  return permissions;
}
