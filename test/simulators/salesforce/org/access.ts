import { hasFieldSecurity } from './fieldSecurity.ts';
import type { Permissions } from './permissions.ts';
import { noPermission, type ObjectPermission } from './permissions.ts';
import type { Schema } from './schema/schema.ts';
import { LEVELS, type Level } from './sharing/levels.ts';
import type { Membership } from './sharing/membership.ts';
import { RecordLevels } from './sharing/recordLevels.ts';
import type { Store } from './store.ts';
import type { Access, Field, SObject, SRecord } from './types.ts';

/** Objects without permissions of their own: what may be done with the parent's records may be done with theirs. */
const FOLLOWS: Readonly<Record<string, string>> = {
  OpportunityLineItem: 'Opportunity',
  OpportunityContactRole: 'Opportunity',
  CampaignMember: 'Campaign',
  PricebookEntry: 'Pricebook2',
};

/** Activities are no object that a permission set grants: a user permission is all that they take. */
const OF_ACTIVITIES: Readonly<Record<string, string>> = { Task: 'EditTask', Event: 'EditEvent' };

/** Read by those who may run reports, whatever objects they are granted. */
const OF_REPORTS = ['Report', 'Dashboard', 'Folder'];

/** The permissions of one user: union of profile and permission sets, then sharing record by record. */
export class UserAccess implements Access {
  readonly userId: string;
  /** Sees and changes everything, whoever owns it. */
  readonly isAdmin: boolean;
  readonly #schema: Schema;
  readonly #levels: RecordLevels;
  readonly #granted: readonly Permissions[];
  readonly #objects = new Map<SObject, ObjectPermission>();
  readonly #fields = new Map<Field, { read: boolean; edit: boolean }>();

  constructor(userId: string, granted: readonly Permissions[], schema: Schema, store: Store, members: Membership) {
    this.userId = userId;
    this.#granted = granted;
    this.#schema = schema;
    this.#levels = new RecordLevels(userId, (object) => this.#permission(object), schema, store, members);
    this.isAdmin = this.hasPermission('ModifyAllData');
  }

  /** User permissions such as `ApiEnabled`. */
  hasPermission(name: string): boolean {
    return this.#granted.some((permissions) => permissions.user.has(name));
  }

  /** Custom permissions of force-app, by name. */
  hasCustomPermission(name: string): boolean {
    return this.#granted.some((permissions) => permissions.custom.has(name));
  }

  /** @param principal of an external credential, `Credential-Principal` */
  hasPrincipal(principal: string): boolean {
    return this.#granted.some((permissions) => permissions.principals.has(principal));
  }

  /** Lightning apps of force-app; admins see them all. */
  opensApp(name: string): boolean {
    return this.isAdmin || this.#granted.some((permissions) => permissions.apps.has(name));
  }

  /** Tabs of force-app, likewise. */
  showsTab(name: string): boolean {
    return this.isAdmin || this.#granted.some((permissions) => permissions.tabs.has(name));
  }

  /** Flows are run by all who have Run Flows, and by those who are granted this one. */
  runsFlow(name: string): boolean {
    return this.hasPermission('RunFlow') || this.#granted.some((permissions) => permissions.flows.has(name));
  }

  /** Record types that the user may give to records, `Object.DeveloperName`. */
  choosesRecordType(name: string): boolean {
    return this.#granted.some((permissions) => permissions.recordTypes.has(name));
  }

  #permission(object: SObject): ObjectPermission {
    let permission = this.#objects.get(object);
    if (!permission) this.#objects.set(object, (permission = this.#worked(object)));
    return permission;
  }

  #worked(object: SObject): ObjectPermission {
    const parent = object.shareOf ?? FOLLOWS[object.name];
    if (parent !== undefined && this.#schema.object(parent)) {
      const { edit, viewAllFields, ...rest } = this.#permission(this.#schema.object(parent)!);
      return { ...rest, edit, create: edit, delete: edit, viewAllFields };
    }
    const permission = noPermission();
    for (const { objects } of this.#granted) {
      const granted = objects.get(object.name);
      for (const key of Object.keys(permission) as (keyof ObjectPermission)[])
        permission[key] ||= granted?.[key] ?? false;
    }
    const activity = OF_ACTIVITIES[object.name];
    if (activity !== undefined && this.hasPermission(activity))
      for (const key of ['create', 'read', 'edit', 'delete'] as const) permission[key] = true;
    if (this.isAdmin)
      for (const key of ['create', 'read', 'edit', 'delete', 'viewAll', 'modifyAll'] as const) permission[key] = true;
    else if (this.hasPermission('ViewAllData')) permission.read = permission.viewAll = true;
    // Object Reference, "PermissionSetAssignment", Special Access Rules.
    if (object.name === 'PermissionSetAssignment')
      permission.read &&= ['ViewSetup', 'AssignPermissionSets', 'ManageUsers'].some((one) => this.hasPermission(one));
    if (OF_REPORTS.includes(object.name)) permission.read = this.hasPermission('RunReports');
    return permission;
  }

  #object(name: string): ObjectPermission {
    const object = this.#schema.object(name);
    return object ? this.#permission(object) : noPermission();
  }

  readsObject(object: string): boolean {
    return this.#object(object).read;
  }
  createsObject(object: string): boolean {
    return this.#object(object).create;
  }
  editsObject(object: string): boolean {
    return this.#object(object).edit;
  }
  deletesObject(object: string): boolean {
    return this.#object(object).delete;
  }
  /** Modify All on the object, or on all data. */
  modifiesAllRecords(object: string): boolean {
    return this.#object(object).modifyAll;
  }
  /** View All or Modify All on the object: its records are seen whoever owns them. */
  viewsAllRecords(object: string): boolean {
    const { viewAll, modifyAll } = this.#object(object);
    return viewAll || modifyAll;
  }

  #field(objectName: string, fieldName: string): { read: boolean; edit: boolean } {
    const object = this.#schema.object(objectName);
    const field = object && this.#schema.field(object, fieldName);
    if (!field) return { read: false, edit: false };
    let permission = this.#fields.get(field);
    if (!permission) {
      const open = !hasFieldSecurity(object, field);
      permission = { read: open, edit: open };
      for (const { fields } of this.#granted) {
        const granted = fields.get(`${object.name}.${field.name}`);
        permission.read ||= granted?.read ?? false;
        permission.edit ||= granted?.edit ?? false;
        permission.read ||= this.#object(object.name).viewAllFields;
      }
      this.#fields.set(field, permission);
    }
    return permission;
  }

  readsField(object: string, field: string): boolean {
    return this.readsObject(object) && this.#field(object, field).read;
  }
  editsField(object: string, field: string): boolean {
    return this.#field(object, field).edit;
  }

  #level(objectName: string, record: SRecord): Level {
    const object = this.#schema.object(objectName);
    return object ? this.#levels.of(object, record) : LEVELS.none;
  }

  seesRecord(objectName: string, record: SRecord): boolean {
    return this.#level(objectName, record) >= LEVELS.read;
  }

  changesRecord(objectName: string, record: SRecord): boolean {
    return this.#level(objectName, record) >= LEVELS.edit;
  }

  /** Deleting and undeleting is for owners, those above them, and those who may modify all. */
  removesRecord(objectName: string, record: SRecord): boolean {
    return this.#level(objectName, record) >= LEVELS.all;
  }

  /** Sharing by hand and giving away, likewise. */
  sharesRecord(objectName: string, record: SRecord): boolean {
    return this.#level(objectName, record) >= LEVELS.all;
  }
}
