import { SimState } from '../../kit/state.ts';
import type { SimClock } from '../../kit/clock.ts';
import { UserAccess } from './access.ts';
import { Commits } from './commits.ts';
import { eraseRows, insertRows, mergeRow, removeRows, undeleteRows, updateRows, upsertRows } from './dml/batch.ts';
import type { DmlContext } from './dml/context.ts';
import { purge } from './dml/restore.ts';
import { DuplicateRules } from './duplicates/rules.ts';
import { RequestFault } from './errors.ts';
import { Evaluator } from './formula/evaluator.ts';
import { readGroups, type PublicGroup } from './groups.ts';
import { RowLocks } from './locks.ts';
import type { Permissions } from './permissions.ts';
import { readPermissionSets } from './permissionSets.ts';
import { profilePermissions } from './profiles.ts';
import { compileSchema } from './schema/compile.ts';
import type { ChildRelationship, Schema } from './schema/schema.ts';
import { ORG_ID, seedOrg, USERS } from './seed.ts';
import { Sessions } from './sessions.ts';
import { Membership } from './sharing/membership.ts';
import { emptyData, Store, type OrgData } from './store.ts';
import { Triggers } from './triggers.ts';
import { toDateTime } from './values.ts';
import type {
  Actor,
  Commit,
  Field,
  FieldValue,
  InputRow,
  Org,
  RowResult,
  SaveOptions,
  SObject,
  SRecord,
} from './types.ts';

type OrgOptions = {
  clock: SimClock;
  /** Source folder in the format of `force-app/main/default`. */
  forceApp: string;
  /** Accounts may be people; off when absent. It cannot be turned off again in an org that is kept in a file. */
  personAccounts?: boolean | undefined;
  stateFile?: string | undefined;
  /** 18 characters; always the same one when absent. */
  orgId?: string | undefined;
  /** A copy of another org; off when absent. */
  sandbox?: boolean | undefined;
};

/** What is compiled from one folder of metadata. */
type Metadata = {
  folder: string;
  schema: Schema;
  permissionSets: readonly Permissions[];
  groups: readonly PublicGroup[];
};

function readMetadata({ forceApp: folder, personAccounts = false }: OrgOptions): Metadata {
  const schema = compileSchema(folder, { personAccounts });
  return { folder, schema, permissionSets: readPermissionSets(folder, schema), groups: readGroups(folder) };
}

/** The simulated org: schema of force-app, records, users, access and saves. */
export class SimulatedOrg implements Org {
  readonly orgId: string;
  readonly apiVersion = '66.0';
  /** Rises whenever other metadata is in force; whoever derives something from the schema keeps it by this number. */
  schemaVersion = 0;
  /** Session setting: on in every new org. */
  lightningWebSecurity = true;
  readonly store: Store;
  readonly sessions: Sessions;
  readonly locks = new RowLocks();
  readonly triggers = new Triggers();
  readonly duplicates = new DuplicateRules(() => this.schema.duplicateRules);
  /** Ids of records that wait for an approval, so that they are locked for ordinary users. */
  readonly approvals = new Set<string>();
  readonly clock: SimClock;
  readonly #commits: Commits;
  readonly #state: SimState<OrgData>;
  readonly #options: OrgOptions;
  /** Custom fields that were there when the org was made. */
  readonly #installed: ReadonlySet<string>;
  #metadata: Metadata;
  #access: { version: number; byUser: Map<string, UserAccess>; members: Membership } | null = null;

  constructor(options: OrgOptions) {
    this.clock = options.clock;
    this.orgId = options.orgId ?? ORG_ID;
    this.sessions = new Sessions(this.orgId);
    this.#options = options;
    this.#metadata = readMetadata(options);
    this.#installed = new Set(
      this.schema.all().flatMap(({ name, fields }) => [...fields.values()].map((field) => `${name}.${field.name}`)),
    );
    this.#state = new SimState(options.stateFile, emptyData);
    this.store = new Store(this.schema, this.#state);
    this.#commits = new Commits(this.store, options.clock);
    this.#seed();
  }

  #seed(): void {
    const now = toDateTime(this.clock.now());
    const company = { id: this.orgId, sandbox: this.#options.sandbox ?? false };
    seedOrg(this, this.schema, this.store, this.#metadata, now, company);
  }

  get schema(): Schema {
    return this.#metadata.schema;
  }

  /** Folder with all metadata in force, in the format of `force-app/main/default`. */
  get forceApp(): string {
    return this.#metadata.folder;
  }

  /** Back to a new org with the metadata it was made with, its users and no business records. */
  reset(): void {
    this.#state.reset();
    this.#metadata = readMetadata(this.#options);
    this.schemaVersion++;
    this.store.useSchema(this.schema);
    this.sessions.clear();
    this.locks.clear();
    this.triggers.set([]);
    this.duplicates.added = [];
    this.approvals.clear();
    this.lightningWebSecurity = true;
    this.#seed();
  }

  /** A new org of the same kind with other metadata and no records. @throws Error that names the file that is wrong */
  withMetadata(forceApp: string): SimulatedOrg {
    return new SimulatedOrg({ ...this.#options, forceApp, stateFile: undefined });
  }

  /**
   * Puts other metadata in force, as after a deploy: records are kept, without what no field holds any more; permission
   * sets that are gone are taken from their users, and groups from their members.
   * @throws Error that names the file when something in it is wrong; then nothing has changed
   */
  useMetadata(folder: string): void {
    const metadata = readMetadata({ ...this.#options, forceApp: folder });
    const userId = this.userNamed(USERS.admin)!.Id;
    const removeGone = (object: string, field: string, before: readonly string[], after: readonly string[]): void => {
      const gone = before.filter((name) => !after.includes(name));
      const ids = this.all(object).filter((record) => gone.includes(String(record[field])));
      this.remove(
        object,
        ids.map(({ Id }) => Id),
        { userId },
      );
    };
    const setNames = (sets: readonly Permissions[]): string[] => sets.map(({ name }) => name);
    const groupNames = (groups: readonly PublicGroup[]): string[] => groups.map((group) => group.developerName);
    removeGone('PermissionSet', 'Name', setNames(this.#metadata.permissionSets), setNames(metadata.permissionSets));
    removeGone('Group', 'DeveloperName', groupNames(this.#metadata.groups), groupNames(metadata.groups));
    this.#metadata = metadata;
    this.schemaVersion++;
    this.store.useSchema(metadata.schema);
    this.#seed();
  }

  close(): void {
    this.#state.flush();
  }

  object(name: string): SObject | undefined {
    return this.schema.object(name);
  }

  objects(): SObject[] {
    return this.schema.all();
  }

  field(object: SObject, name: string): Field | undefined {
    return this.schema.field(object, name);
  }

  children(object: SObject): ChildRelationship[] {
    return this.schema.children(object);
  }

  #object(name: string): SObject {
    const object = this.schema.object(name);
    if (!object) throw new RequestFault(400, 'INVALID_TYPE', `sObject type '${name}' is not supported.`);
    return object;
  }

  /** @throws Error when there is no such user */
  accessOf(userId: string): UserAccess {
    if (this.#access?.version !== this.store.accessVersion) {
      const members = new Membership(this.schema, this.store);
      this.#access = { version: this.store.accessVersion, byUser: new Map(), members };
    }
    let access = this.#access.byUser.get(userId);
    if (!access) {
      access = new UserAccess(userId, this.#granted(userId), this.schema, this.store, this.#access.members);
      this.#access.byUser.set(userId, access);
    }
    return access;
  }

  #granted(userId: string): Permissions[] {
    const user = this.get('User', userId);
    const profile = user && this.get('Profile', String(user['ProfileId']));
    if (!profile) throw new Error(`no user ${userId}`);
    const assignments = this.#object('PermissionSetAssignment');
    const names = this.referencing(assignments, this.field(assignments, 'AssigneeId')!, userId).map(
      (assignment) => this.get('PermissionSet', String(assignment['PermissionSetId']))?.['Name'],
    );
    return [
      profilePermissions(String(profile['Name']), this.schema, this.#installed),
      ...this.#metadata.permissionSets.filter(({ name }) => names.includes(name)),
    ];
  }

  get(object: string, id: string): SRecord | null {
    const record = this.store.find(this.#object(object), id);
    return record && record['IsDeleted'] !== true ? record : null;
  }

  all(object: string): SRecord[] {
    return this.store.live(this.#object(object));
  }

  referencing(object: SObject, field: Field, id: string): SRecord[] {
    return this.store.holding(field, id).map((childId) => this.store.find(object, childId)!);
  }

  value(object: SObject, record: SRecord, field: Field, userId?: string): FieldValue {
    return field.formula === undefined
      ? (record[field.name] ?? null)
      : this.#evaluator().value(object, record, field, userId === undefined ? null : this.accessOf(userId));
  }

  #evaluator(): Evaluator {
    return new Evaluator(this.schema, this.store, this.clock);
  }

  /** What a user may do with a record, as a row of `UserRecordAccess`; nothing with one that is not there. */
  recordAccess(userId: string, id: string): SRecord {
    const object = this.schema.objectOfId(id);
    const record = object ? this.get(object.name, id) : null;
    const access = this.accessOf(userId);
    const name = object?.name ?? '';
    const read = record !== null && access.readsObject(name) && access.seesRecord(name, record);
    const edit = read && access.editsObject(name) && access.changesRecord(name, record);
    const all = edit && access.removesRecord(name, record);
    const remove = all && access.deletesObject(name);
    return {
      Id: id,
      RecordId: record?.Id ?? id,
      UserId: userId,
      HasReadAccess: read,
      HasEditAccess: edit,
      HasDeleteAccess: remove,
      HasTransferAccess: all,
      HasAllAccess: remove,
      MaxAccessLevel: remove ? 'All' : edit ? 'Edit' : read ? 'Read' : 'None',
    };
  }

  userOfToken(token: string): string | null {
    const userId = this.sessions.userOf(token);
    return userId !== null && this.get('User', userId)?.['IsActive'] === true ? userId : null;
  }

  userNamed(username: string): SRecord | null {
    const users = this.#object('User');
    const [id] = this.store.holding(this.field(users, 'Username')!, username);
    return id === undefined ? null : this.get('User', id);
  }

  openSession(userId: string): string {
    return this.sessions.open(userId);
  }

  #context({ userId, allowDuplicates = false }: SaveOptions): DmlContext {
    const { schema, store, clock, locks, triggers, duplicates, approvals } = this;
    const shared = { schema, store, clock, locks, triggers, duplicates, approvals, allowDuplicates };
    return {
      ...shared,
      evaluator: this.#evaluator(),
      access: this.accessOf(userId),
      accessOf: (other) => this.accessOf(other),
    };
  }

  transaction<T>(actor: Actor, work: (rollback: () => void) => T): T {
    return this.locks.during(() => this.#commits.transaction(actor, work));
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    return this.#commits.listen(listener);
  }

  insert(object: string, rows: readonly InputRow[], options: SaveOptions): RowResult[] {
    return this.transaction(options, () => insertRows(this.#context(options), this.#object(object), rows, options));
  }

  update(object: string, rows: readonly InputRow[], options: SaveOptions): RowResult[] {
    return this.transaction(options, () => updateRows(this.#context(options), this.#object(object), rows, options));
  }

  upsert(object: string, externalIdField: string, rows: readonly InputRow[], options: SaveOptions): RowResult[] {
    return this.transaction(options, () =>
      upsertRows(this.#context(options), this.#object(object), externalIdField, rows, options),
    );
  }

  remove(object: string, ids: readonly string[], options: SaveOptions): RowResult[] {
    return this.transaction(options, () => removeRows(this.#context(options), this.#object(object), ids, options));
  }

  undelete(object: string, ids: readonly string[], options: SaveOptions): RowResult[] {
    return this.transaction(options, () => undeleteRows(this.#context(options), this.#object(object), ids, options));
  }

  emptyRecycleBin(object: string, ids: readonly string[], options: SaveOptions): RowResult[] {
    return this.transaction(options, () => eraseRows(this.#context(options), this.#object(object), ids, options));
  }

  /** Records that have been deleted for more than 15 days of the clock are gone for queryAll too. */
  purgeRecycleBin(): void {
    this.store.transaction(() => purge(this));
  }

  merge(object: string, master: InputRow, loserIds: readonly string[], options: SaveOptions): RowResult {
    return this.transaction(options, () =>
      mergeRow(this.#context(options), this.#object(object), master, loserIds, options),
    );
  }

  /** Merges Accounts, as an admin would. @throws Error when that is refused */
  mergeAccounts(masterId: string, loserId: string): void {
    const userId = this.userNamed(USERS.admin)!.Id;
    const { success, errors } = this.merge('Account', { Id: masterId }, [loserId], { userId });
    if (!success) throw new Error(errors[0]!.message);
  }
}

/** @throws Error that names the metadata file which is wrong or not supported */
export function createOrg(options: OrgOptions): SimulatedOrg {
  return new SimulatedOrg(options);
}
