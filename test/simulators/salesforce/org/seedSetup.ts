import type { PublicGroup } from './groups.ts';
import type { Permissions } from './permissions.ts';
import { profilePermissions, PROFILES } from './profiles.ts';
import { defaultOf } from './schema/fields.ts';
import { PERSON_ACCOUNT } from './schema/recordTypes.ts';
import type { Schema } from './schema/schema.ts';
import { STAGES } from './schema/standard/sales.ts';
import { CASE_STATUSES, CLOSED, TASK_PRIORITIES, TASK_STATUSES } from './schema/standard/service.ts';
import type { Store } from './store.ts';
import type { FieldValue, SRecord } from './types.ts';

type Values = Record<string, FieldValue>;

/** Records that no API makes: they say what the org is made of, and follow its metadata. */
export class SetupRecords {
  readonly #schema: Schema;
  readonly #store: Store;
  readonly #at: string;

  /** @param at time of what is made, as the API shows it */
  constructor(schema: Schema, store: Store, at: string) {
    this.#schema = schema;
    this.#store = store;
    this.#at = at;
  }

  #all(objectName: string): SRecord[] {
    return this.#store.live(this.#schema.object(objectName)!);
  }

  /** @returns the id of the record that has the values of `key`, made or brought up to date */
  ensure(objectName: string, key: Values, values: Values = {}, id?: string): string {
    const object = this.#schema.object(objectName)!;
    const found = this.#all(objectName).find((record) =>
      Object.entries(key).every(([name, value]) => (record[name] ?? null) === value),
    );
    if (found && Object.entries(values).every(([name, value]) => found[name] === value)) return found.Id;
    const record: SRecord = found ? { ...found } : { Id: id ?? this.#store.nextId(object), ...this.#blank(objectName) };
    this.#store.put(object, { ...record, ...key, ...values });
    return record.Id;
  }

  #blank(objectName: string): Values {
    const fields = [...this.#schema.object(objectName)!.fields.values()].filter(({ type }) => type !== 'id');
    const at = { CreatedDate: this.#at, LastModifiedDate: this.#at, SystemModstamp: this.#at };
    return { ...Object.fromEntries(fields.map((field) => [field.name, defaultOf(field)])), ...at, IsDeleted: false };
  }

  /** Stages and statuses of a new org. */
  masters(): void {
    STAGES.forEach(({ name, probability, closed, won, forecast }, at) =>
      this.ensure(
        'OpportunityStage',
        { ApiName: name },
        {
          ...{ MasterLabel: name, SortOrder: at + 1, IsActive: true, IsClosed: closed, IsWon: won },
          ...{ DefaultProbability: probability, ForecastCategory: forecast, ForecastCategoryName: forecast },
        },
      ),
    );
    const list = (object: string, values: readonly string[], more: (value: string) => Values): void =>
      values.forEach((value, at) =>
        this.ensure(
          object,
          { ApiName: value },
          { MasterLabel: value, SortOrder: at + 1, IsDefault: at === 0, ...more(value) },
        ),
      );
    list('CaseStatus', CASE_STATUSES, (value) => ({ IsClosed: value === CLOSED.Case }));
    list('TaskStatus', TASK_STATUSES, (value) => ({ IsClosed: value === CLOSED.Task }));
    list('TaskPriority', TASK_PRIORITIES, (value) => ({
      IsHighPriority: value === 'High',
      IsDefault: value === 'Normal',
    }));
    list('ContractStatus', ['Draft', 'In Approval Process', 'Activated'], (value) => ({
      StatusCode: value === 'In Approval Process' ? 'InApproval' : value,
    }));
    this.ensure('Pricebook2', { IsStandard: true }, { Name: 'Standard Price Book', IsActive: true });
  }

  recordTypes(): void {
    const names = new Set<string>();
    for (const { object, developerName, label, description, active } of this.#schema.recordTypes) {
      names.add(`${object}.${developerName}`);
      const values = {
        Name: label,
        Description: description,
        IsActive: active,
        IsPersonType: developerName === PERSON_ACCOUNT,
      };
      this.ensure('RecordType', { SobjectType: object, DeveloperName: developerName }, values);
    }
    for (const { Id, SobjectType, DeveloperName } of this.#all('RecordType'))
      if (!names.has(`${String(SobjectType)}.${String(DeveloperName)}`))
        this.#store.erase(this.#schema.object('RecordType')!, Id);
  }

  /** @returns ids of the profiles by name; each has a permission set of its own, as in every org */
  profiles(): Map<string, string> {
    const ids = new Map<string, string>();
    for (const name of Object.values(PROFILES)) {
      const id = this.ensure('Profile', { Name: name });
      ids.set(name, id);
      const set = this.ensure(
        'PermissionSet',
        { ProfileId: id },
        {
          ...{ Name: `X${id}`, Label: id, IsOwnedByProfile: true, IsCustom: false, Type: 'Profile' },
        },
      );
      this.#objectPermissions(set, profilePermissions(name, this.#schema, new Set()));
    }
    return ids;
  }

  /** Public groups of the metadata, without members. */
  groups(groups: readonly PublicGroup[]): void {
    for (const { developerName, name } of groups)
      this.ensure('Group', { DeveloperName: developerName, Type: 'Regular' }, { Name: name });
  }

  /** Permission sets of the metadata, with rows for what they grant. */
  permissionSets(sets: readonly Permissions[]): void {
    for (const permissions of sets) {
      const values = { Label: permissions.label, Description: permissions.description };
      const id = this.ensure('PermissionSet', { Name: permissions.name }, values);
      this.#objectPermissions(id, permissions);
      this.#forget('FieldPermissions', id);
      for (const [name, { read, edit }] of permissions.fields)
        this.#add('FieldPermissions', {
          ...{
            ParentId: id,
            SobjectType: name.split('.')[0]!,
            Field: name,
            PermissionsRead: read,
            PermissionsEdit: edit,
          },
        });
    }
  }

  #objectPermissions(id: string, permissions: Permissions): void {
    this.#forget('ObjectPermissions', id);
    for (const [SobjectType, granted] of permissions.objects)
      this.#add('ObjectPermissions', {
        ParentId: id,
        SobjectType,
        PermissionsCreate: granted.create,
        PermissionsRead: granted.read,
        PermissionsEdit: granted.edit,
        PermissionsDelete: granted.delete,
        PermissionsViewAllRecords: granted.viewAll,
        PermissionsModifyAllRecords: granted.modifyAll,
        PermissionsViewAllFields: granted.viewAllFields,
      });
  }

  #add(objectName: string, values: Values): void {
    const object = this.#schema.object(objectName)!;
    this.#store.put(object, { Id: this.#store.nextId(object), ...this.#blank(objectName), ...values });
  }

  #forget(objectName: string, parentId: string): void {
    const object = this.#schema.object(objectName)!;
    for (const id of this.#store.holding(object.fields.get('ParentId')!, parentId)) this.#store.erase(object, id);
  }
}
