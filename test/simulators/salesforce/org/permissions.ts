import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MetadataFile, type Element } from './schema/metadata.ts';
import type { Schema } from './schema/schema.ts';

export type ObjectPermission = {
  create: boolean;
  read: boolean;
  edit: boolean;
  delete: boolean;
  viewAll: boolean;
  modifyAll: boolean;
};
export type Permissions = {
  name: string;
  label: string;
  objects: Map<string, ObjectPermission>;
  /** By `Object.Field`. */
  fields: Map<string, { read: boolean; edit: boolean }>;
  user: Set<string>;
};

const NOTHING: ObjectPermission = {
  create: false,
  read: false,
  edit: false,
  delete: false,
  viewAll: false,
  modifyAll: false,
};
export const noPermission = (): ObjectPermission => ({ ...NOTHING });

function objectPermission(file: MetadataFile, element: Element): ObjectPermission {
  file.allow(element, [
    ...['object', 'allowCreate', 'allowRead', 'allowEdit', 'allowDelete', 'viewAllRecords', 'modifyAllRecords'],
    'viewAllFields',
  ]);
  const granted = {
    create: file.flag(element, 'allowCreate'),
    read: file.flag(element, 'allowRead'),
    edit: file.flag(element, 'allowEdit'),
    delete: file.flag(element, 'allowDelete'),
    viewAll: file.flag(element, 'viewAllRecords'),
    modifyAll: file.flag(element, 'modifyAllRecords'),
  };
  if (file.flag(element, 'viewAllFields')) throw file.fault('<viewAllFields> is not supported');
  const { create, read, edit, viewAll, modifyAll } = granted;
  if (
    ((create || edit || granted.delete || viewAll) && !read) ||
    (granted.delete && !edit) ||
    (modifyAll && !(viewAll && edit))
  )
    throw file.fault(`permissions on ${file.need(element, 'object')} depend on others that are not granted`);
  return granted;
}

/** Reads one permission set; a deploy would refuse field permissions on required and master-detail fields, so does this. */
function permissionSet(path: string, name: string, schema: Schema): Permissions {
  const file = new MetadataFile(path, 'PermissionSet');
  const { root } = file;
  const elements = ['label', 'description', 'hasActivationRequired', 'license'];
  file.allow(root, [...elements, 'objectPermissions', 'fieldPermissions', 'userPermissions']);
  const permissions: Permissions = {
    name,
    label: file.need(root, 'label'),
    objects: new Map(),
    fields: new Map(),
    user: new Set(),
  };
  for (const element of file.list(root, 'objectPermissions')) {
    const object = schema.object(file.need(element, 'object'));
    if (!object) throw file.fault(`names the unknown object ${file.need(element, 'object')}`);
    permissions.objects.set(object.name, objectPermission(file, element));
  }
  for (const element of file.list(root, 'fieldPermissions')) {
    file.allow(element, ['field', 'readable', 'editable']);
    const [objectName = '', fieldName = ''] = file.need(element, 'field').split('.');
    const object = schema.object(objectName);
    const field = object && schema.field(object, fieldName);
    if (!field) throw file.fault(`names the unknown field ${objectName}.${fieldName}`);
    if (field.required) throw file.fault(`cannot set permissions of the required field ${objectName}.${fieldName}`);
    const [read, edit] = [file.flag(element, 'readable'), file.flag(element, 'editable')];
    if (edit && !read) throw file.fault(`${objectName}.${fieldName} cannot be editable and not readable`);
    if (edit && field.formula !== undefined) throw file.fault(`the formula ${fieldName} cannot be editable`);
    permissions.fields.set(`${object.name}.${field.name}`, { read, edit });
  }
  for (const element of file.list(root, 'userPermissions')) {
    file.allow(element, ['name', 'enabled']);
    if (file.flag(element, 'enabled')) permissions.user.add(file.need(element, 'name'));
  }
  return permissions;
}

/** @throws Error that names the file */
export function readPermissionSets(forceApp: string, schema: Schema): Permissions[] {
  const folder = join(forceApp, 'permissionsets');
  const ending = '.permissionset-meta.xml';
  return readdirSync(folder)
    .filter((entry) => entry.endsWith(ending))
    .sort()
    .map((entry) => permissionSet(join(folder, entry), entry.slice(0, -ending.length), schema));
}

export const PROFILES = {
  admin: 'System Administrator',
  standard: 'Standard User',
  integration: 'Minimum Access - API Only Integrations',
} as const;

/** What everybody may read: who is who, and what the org is called. */
const DIRECTORY = ['User', 'Profile', 'Organization', 'PermissionSet', 'PermissionSetAssignment'];
const SALES = ['Account', 'Contact', 'Opportunity', 'Case', 'Task'];

/**
 * Built-in profiles, much reduced: sales objects with all their standard fields, or nothing but the directory. The
 * integration profile leaves even API access to permission sets.
 */
export function profilePermissions(profile: string, schema: Schema): Permissions {
  const permissions: Permissions = {
    name: profile,
    label: profile,
    objects: new Map(),
    fields: new Map(),
    user: new Set(profile === PROFILES.integration ? [] : ['ApiEnabled']),
  };
  const grant = (names: readonly string[], permission: ObjectPermission): void => {
    for (const name of names) {
      permissions.objects.set(name, permission);
      for (const field of schema.object(name)!.fields.values())
        if (!field.custom) permissions.fields.set(`${name}.${field.name}`, { read: true, edit: permission.edit });
    }
  };
  grant(DIRECTORY, { ...NOTHING, read: true });
  if (profile === PROFILES.standard) grant(SALES, { ...NOTHING, create: true, read: true, edit: true, delete: true });
  if (profile === PROFILES.admin)
    for (const name of ['ViewAllData', 'ModifyAllData', 'ManageUsers']) permissions.user.add(name);
  return permissions;
}
