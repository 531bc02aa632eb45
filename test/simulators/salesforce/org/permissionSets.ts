import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { addressOfPart, grantedBy, hasFieldSecurity } from './fieldSecurity.ts';
import { emptyPermissions, type ObjectPermission, type Permissions } from './permissions.ts';
import { MetadataFile, type Element } from './schema/metadata.ts';
import type { Schema } from './schema/schema.ts';
import type { SObject } from './types.ts';
import { USER_PERMISSIONS } from './userPermissions.ts';

const OBJECT_FLAGS: Readonly<Record<string, keyof ObjectPermission>> = {
  allowCreate: 'create',
  allowDelete: 'delete',
  allowEdit: 'edit',
  allowRead: 'read',
  modifyAllRecords: 'modifyAll',
  viewAllFields: 'viewAllFields',
  viewAllRecords: 'viewAll',
};
/** Permission on an object → what else it needs on the same object (help, "Object Permissions"). */
const NEEDS: Readonly<Partial<Record<keyof ObjectPermission, readonly (keyof ObjectPermission)[]>>> = {
  create: ['read'],
  edit: ['read'],
  delete: ['read', 'edit'],
  viewAll: ['read'],
  modifyAll: ['read', 'edit', 'delete', 'viewAll'],
  viewAllFields: ['read'],
};
const WORDS: Readonly<Record<keyof ObjectPermission, string>> = {
  create: 'Create',
  read: 'Read',
  edit: 'Edit',
  delete: 'Delete',
  viewAll: 'View All',
  modifyAll: 'Modify All',
  viewAllFields: 'View All Fields',
};
/** Who may read these must be able to read those. */
const PARENTS: Readonly<Record<string, readonly string[]>> = {
  Contact: ['Account'],
  Opportunity: ['Account'],
  Case: ['Account', 'Contact'],
  Contract: ['Account'],
  PricebookEntry: ['Product2', 'Pricebook2'],
  Pricebook2: ['Product2'],
};

/** Reads one permission set and refuses in it what a deploy refuses. */
class PermissionSetReader {
  readonly #file: MetadataFile;
  readonly #schema: Schema;
  readonly #forceApp: string;
  readonly #permissions: Permissions;

  constructor(forceApp: string, path: string, name: string, schema: Schema) {
    this.#file = new MetadataFile(path, 'PermissionSet');
    this.#schema = schema;
    this.#forceApp = forceApp;
    this.#permissions = emptyPermissions(name, this.#file.need(this.#file.root, 'label'));
  }

  read(): Permissions {
    const file = this.#file;
    const permissions = this.#permissions;
    file.allow(file.root, [
      ...['label', 'description', 'hasActivationRequired', 'license', 'objectPermissions', 'fieldPermissions'],
      ...['userPermissions', 'customPermissions', 'externalCredentialPrincipalAccesses', 'flowAccesses'],
      ...['recordTypeVisibilities', 'applicationVisibilities', 'tabSettings', 'pageAccesses', 'classAccesses'],
    ]);
    permissions.description = file.text(file.root, 'description') ?? null;
    this.#objects();
    this.#fields();
    this.#named('userPermissions', 'name', permissions.user, (name) => {
      if (!USER_PERMISSIONS.has(name)) throw file.fault(`Unknown user permission: ${name}`);
    });
    this.#named('customPermissions', 'name', permissions.custom, (name) =>
      this.#source('CustomPermission', name, 'customPermissions', 'customPermission'),
    );
    this.#named('flowAccesses', 'flow', permissions.flows, (name) => this.#source('Flow', name, 'flows', 'flow'));
    const principal = 'externalCredentialPrincipal';
    this.#named(`${principal}Accesses`, principal, permissions.principals, (name) => this.#principal(name));
    this.#recordTypes();
    this.#named('applicationVisibilities', 'application', permissions.apps, (name) => {
      if (!name.startsWith('standard__')) this.#source('CustomApplication', name, 'applications', 'app');
    });
    this.#tabs();
    for (const [element, type, child] of [
      ['classAccesses', 'ApexClass', 'apexClass'],
      ['pageAccesses', 'ApexPage', 'apexPage'],
    ] as const)
      for (const access of file.list(file.root, element))
        throw file.fault(`In field: ${child} - no ${type} named ${file.need(access, child)} found`);
    return permissions;
  }

  #objects(): void {
    const file = this.#file;
    const { objects } = this.#permissions;
    for (const element of file.list(file.root, 'objectPermissions')) {
      const object = this.#object(file.need(element, 'object'));
      objects.set(object.name, this.#objectPermission(element, object));
    }
    for (const [name, granted] of objects) {
      if (!granted.read) continue;
      for (const parent of this.#parentsOf(this.#schema.object(name)!)) {
        if (!objects.get(parent)?.read)
          throw file.fault(`Permission Read ${name} depends on permission(s): Read ${parent}`);
        if (granted.viewAll && !objects.get(parent)?.viewAll)
          throw file.fault(`Permission Read All ${name} depends on permission(s): Read All ${parent}`);
      }
    }
  }

  #parentsOf(object: SObject): readonly string[] {
    const masters = [...object.fields.values()].filter((field) => field.custom && field.reference?.masterDetail);
    return PARENTS[object.name] ?? masters.flatMap((field) => field.reference!.to);
  }

  #objectPermission(element: Element, object: SObject): ObjectPermission {
    const file = this.#file;
    file.allow(element, ['object', ...Object.keys(OBJECT_FLAGS)]);
    const granted = Object.fromEntries(
      Object.entries(OBJECT_FLAGS).map(([name, key]) => [key, file.flag(element, name)]),
    ) as ObjectPermission;
    for (const [key, needed] of Object.entries(NEEDS) as [keyof ObjectPermission, (keyof ObjectPermission)[]][]) {
      const absent = granted[key] ? needed.filter((other) => !granted[other]) : [];
      if (absent.length > 0)
        throw file.fault(
          `Permission ${WORDS[key]} ${object.name} depends on permission(s): ${absent.map((other) => WORDS[other]).join(', ')}`,
        );
    }
    return granted;
  }

  #fields(): void {
    const file = this.#file;
    for (const element of file.list(file.root, 'fieldPermissions')) {
      file.allow(element, ['field', 'readable', 'editable']);
      const name = file.need(element, 'field');
      const [objectName = '', fieldName = ''] = name.split('.');
      const object = this.#object(objectName);
      if (addressOfPart(object, fieldName) !== null)
        throw file.fault(`In field: field - no CustomField named ${name} found`);
      const [read, edit] = [file.flag(element, 'readable'), file.flag(element, 'editable')];
      if (edit && !read) throw file.fault(`Field ${name} cannot be editable and not readable`);
      for (const part of grantedBy(object, fieldName)) {
        const field = this.#schema.field(object, part);
        if (!field) throw file.fault(`In field: field - no CustomField named ${name} found`);
        if (!hasFieldSecurity(object, field)) throw file.fault(`You cannot deploy to a required field: ${name}`);
        if (edit && (field.formula !== undefined || !(field.createable || field.updateable)))
          throw file.fault(`Field ${name} is not editable`);
        this.#permissions.fields.set(`${object.name}.${field.name}`, { read, edit });
      }
    }
  }

  #object(name: string): SObject {
    const object = this.#schema.object(name);
    if (!object) throw this.#file.fault(`In field: object - no CustomObject named ${name} found`);
    return object;
  }

  /** Elements of the form `{enabled, <child>}` (`visible` for apps). */
  #named(element: string, child: string, into: Set<string>, check: (name: string) => void): void {
    const file = this.#file;
    for (const one of file.list(file.root, element)) {
      file.allow(one, [child, 'enabled', 'visible']);
      const name = file.need(one, child);
      check(name);
      if (file.flag(one, 'enabled') || file.flag(one, 'visible')) into.add(name);
    }
  }

  #source(type: string, name: string, folder: string, ending: string): void {
    if (!existsSync(join(this.#forceApp, folder, `${name}.${ending}-meta.xml`)))
      throw this.#file.fault(`no ${type} named ${name} found`);
  }

  #principal(name: string): void {
    const [credential = '', principal = ''] = name.split('-');
    const path = join(this.#forceApp, 'externalCredentials', `${credential}.externalCredential-meta.xml`);
    if (!existsSync(path)) throw this.#file.fault(`no ExternalCredential named ${credential} found`);
    const file = new MetadataFile(path, 'ExternalCredential');
    const known = file
      .list(file.root, 'externalCredentialParameters')
      .some(
        (one) =>
          file.text(one, 'parameterName') === principal &&
          ['NamedPrincipal', 'PerUserPrincipal'].includes(file.text(one, 'parameterType') ?? ''),
      );
    if (!known) throw this.#file.fault(`no principal ${principal} in ExternalCredential ${credential} found`);
  }

  #recordTypes(): void {
    const file = this.#file;
    for (const element of file.list(file.root, 'recordTypeVisibilities')) {
      file.allow(element, ['recordType', 'visible']);
      const name = file.need(element, 'recordType');
      if (!this.#schema.recordTypes.some((type) => `${type.object}.${type.developerName}` === name))
        throw file.fault(`In field: recordType - no RecordType named ${name} found`);
      if (file.flag(element, 'visible')) this.#permissions.recordTypes.add(name);
    }
  }

  #tabs(): void {
    const file = this.#file;
    for (const element of file.list(file.root, 'tabSettings')) {
      file.allow(element, ['tab', 'visibility']);
      const tab = file.need(element, 'tab');
      if (tab.startsWith('standard-')) this.#object(tab.slice('standard-'.length));
      else this.#source('CustomTab', tab, 'tabs', 'tab');
      const visibility = file.need(element, 'visibility');
      if (!['Available', 'None', 'Visible'].includes(visibility))
        throw file.fault(`${visibility} is not a valid value for the enum PermissionSetTabVisibility`);
      if (visibility !== 'None') this.#permissions.tabs.add(tab);
    }
  }
}

/**
 * Permission sets of a source folder in the format of `force-app/main/default`.
 * @throws Error that names the file and says what a deploy says
 */
export function readPermissionSets(forceApp: string, schema: Schema): Permissions[] {
  if (existsSync(join(forceApp, 'permissionsetgroups')))
    throw new Error(`${join(forceApp, 'permissionsetgroups')}: permission set groups are not supported`);
  const folder = join(forceApp, 'permissionsets');
  if (!existsSync(folder)) return [];
  const ending = '.permissionset-meta.xml';
  return readdirSync(folder)
    .filter((entry) => entry.endsWith(ending))
    .sort()
    .map((entry) =>
      new PermissionSetReader(forceApp, join(folder, entry), entry.slice(0, -ending.length), schema).read(),
    );
}
