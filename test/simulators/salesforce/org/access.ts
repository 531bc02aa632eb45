import type { Permissions } from './permissions.ts';
import { noPermission, type ObjectPermission } from './permissions.ts';
import { SYSTEM_FIELD_NAMES } from './schema/fields.ts';
import type { Schema } from './schema/schema.ts';
import type { Store } from './store.ts';
import type { Access, Field, SObject, SRecord } from './types.ts';

/** Records that decide who sees a detail: its masters, or the Account of a Contact. */
function controllingFields(object: SObject): Field[] {
  const masters = [...object.fields.values()].filter((field) => field.reference?.masterDetail);
  const account = object.fields.get('AccountId');
  return masters.length > 0 || !account ? masters : [account];
}

const FREE_FIELDS: ReadonlySet<string> = new Set([...SYSTEM_FIELD_NAMES, 'Name', 'OwnerId', 'MasterRecordId']);

/** Required fields, master-detail fields, names and system fields have no field-level security. */
function hasFieldSecurity(field: Field): boolean {
  return !(FREE_FIELDS.has(field.name) || field.required || field.reference?.masterDetail);
}

/** The permissions of one user: union of profile and permission sets, then sharing record by record. */
export class UserAccess implements Access {
  readonly userId: string;
  /** Sees and changes everything, whoever owns it. */
  readonly isAdmin: boolean;
  readonly #schema: Schema;
  readonly #store: Store;
  readonly #granted: readonly Permissions[];
  readonly #objects = new Map<SObject, ObjectPermission>();
  readonly #fields = new Map<Field, { read: boolean; edit: boolean }>();

  constructor(userId: string, granted: readonly Permissions[], schema: Schema, store: Store) {
    this.userId = userId;
    this.#granted = granted;
    this.#schema = schema;
    this.#store = store;
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

  /** Flows are run by all who have Run Flows, and by those who are granted this one. */
  runsFlow(name: string): boolean {
    return this.hasPermission('RunFlow') || this.#granted.some((permissions) => permissions.flows.has(name));
  }

  /** Record types that the user may give to records, `Object.DeveloperName`. */
  choosesRecordType(name: string): boolean {
    return this.#granted.some((permissions) => permissions.recordTypes.has(name));
  }

  #object(name: string): ObjectPermission & { object?: SObject } {
    const object = this.#schema.object(name);
    if (!object) return noPermission();
    let permission = this.#objects.get(object);
    if (!permission) {
      permission = noPermission();
      for (const { objects } of this.#granted) {
        const granted = objects.get(object.name);
        for (const key of Object.keys(permission) as (keyof ObjectPermission)[])
          permission[key] ||= this.isAdmin || (granted?.[key] ?? false);
      }
      this.#objects.set(object, permission);
    }
    return { ...permission, object };
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
      const open = !hasFieldSecurity(field);
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

  seesRecord(objectName: string, record: SRecord): boolean {
    const { object, viewAll, modifyAll } = this.#object(objectName);
    if (!object) return false;
    if (this.isAdmin || viewAll || modifyAll) return true;
    if (object.sharing === 'Read' || object.sharing === 'ReadWrite') return true;
    if (object.sharing === 'Private') return record['OwnerId'] === this.userId;
    return this.#everyMaster(object, record, (master, masterRecord) => {
      return this.readsObject(master.name) && this.seesRecord(master.name, masterRecord);
    });
  }

  changesRecord(objectName: string, record: SRecord): boolean {
    const { object, modifyAll } = this.#object(objectName);
    if (!object) return false;
    if (this.isAdmin || modifyAll || object.sharing === 'ReadWrite') return true;
    if (object.sharing !== 'ControlledByParent') return record['OwnerId'] === this.userId;
    return this.#everyMaster(object, record, (master, masterRecord, field) => {
      const reads = this.readsObject(master.name) && this.seesRecord(master.name, masterRecord);
      if (field.reference?.writeRequiresMasterRead) return reads;
      return reads && this.editsObject(master.name) && this.changesRecord(master.name, masterRecord);
    });
  }

  /** A detail whose master is gone belongs to nobody; a Contact without Account belongs to its owner. */
  #everyMaster(
    object: SObject,
    record: SRecord,
    grants: (master: SObject, record: SRecord, field: Field) => boolean,
  ): boolean {
    return controllingFields(object).every((field) => {
      const id = record[field.name] ?? null;
      if (id === null) return record['OwnerId'] === this.userId;
      const master = this.#schema.object(field.reference!.to[0]!)!;
      const masterRecord = this.#store.find(master, String(id));
      return masterRecord !== undefined && grants(master, masterRecord, field);
    });
  }
}
