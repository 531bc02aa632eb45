import { SimState } from '../../kit/state.ts';
import type { SimClock } from '../../kit/clock.ts';
import { UserAccess } from './access.ts';
import { Commits } from './commits.ts';
import { insertRows, removeRows, updateRows, upsertRows } from './dml/batch.ts';
import type { DmlContext } from './dml/context.ts';
import { mergeRecords } from './dml/merge.ts';
import { RequestFault } from './errors.ts';
import { RowLocks } from './locks.ts';
import type { Permissions } from './permissions.ts';
import { readPermissionSets } from './permissionSets.ts';
import { profilePermissions } from './profiles.ts';
import { compileSchema } from './schema/compile.ts';
import type { ChildRelationship, Schema } from './schema/schema.ts';
import { ORG_ID, seedOrg, USERS } from './seed.ts';
import { Sessions } from './sessions.ts';
import { emptyData, Store, type OrgData } from './store.ts';
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

export type OrgOptions = {
  clock: SimClock;
  /** Source folder in the format of `force-app/main/default`. */
  forceApp: string;
  stateFile?: string | undefined;
};

/** What is compiled from one folder of metadata. */
type Metadata = { folder: string; schema: Schema; permissionSets: readonly Permissions[] };

function readMetadata(folder: string): Metadata {
  const schema = compileSchema(folder);
  return { folder, schema, permissionSets: readPermissionSets(folder, schema) };
}

/** The simulated org: schema of force-app, records, users, access and saves. */
export class SimulatedOrg implements Org {
  readonly orgId = ORG_ID;
  readonly apiVersion = '66.0';
  /** Rises whenever other metadata is in force; whoever derives something from the schema keeps it by this number. */
  schemaVersion = 0;
  readonly store: Store;
  readonly sessions = new Sessions(ORG_ID);
  readonly locks = new RowLocks();
  readonly clock: SimClock;
  readonly #commits: Commits;
  readonly #state: SimState<OrgData>;
  readonly #options: OrgOptions;
  /** Custom fields that were there when the org was made. */
  readonly #installed: ReadonlySet<string>;
  #metadata: Metadata;
  #access = { version: -1, byUser: new Map<string, UserAccess>() };

  constructor(options: OrgOptions) {
    this.clock = options.clock;
    this.#options = options;
    this.#metadata = readMetadata(options.forceApp);
    this.#installed = new Set(
      this.schema.all().flatMap(({ name, fields }) => [...fields.values()].map((field) => `${name}.${field.name}`)),
    );
    this.#state = new SimState(options.stateFile, emptyData);
    this.store = new Store(this.schema, this.#state);
    this.#commits = new Commits(this.store, options.clock);
    seedOrg(this, this.schema, this.store, this.#metadata.permissionSets);
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
    this.#metadata = readMetadata(this.#options.forceApp);
    this.schemaVersion++;
    this.store.useSchema(this.schema);
    this.sessions.clear();
    this.locks.clear();
    seedOrg(this, this.schema, this.store, this.#metadata.permissionSets);
  }

  /** A new org of the same kind with other metadata and no records. @throws Error that names the file that is wrong */
  withMetadata(forceApp: string): SimulatedOrg {
    return new SimulatedOrg({ ...this.#options, forceApp, stateFile: undefined });
  }

  /**
   * Puts other metadata in force, as after a deploy: records are kept, without what no field holds any more; permission
   * sets that are gone are taken from their users.
   * @throws Error that names the file when something in it is wrong; then nothing has changed
   */
  useMetadata(folder: string): void {
    const metadata = readMetadata(folder);
    const names = new Set(metadata.permissionSets.map(({ name }) => name));
    const gone = this.#metadata.permissionSets.filter(({ name }) => !names.has(name)).map(({ name }) => name);
    const userId = this.userNamed(USERS.admin)!.Id;
    const ids = this.all('PermissionSet').filter((record) => gone.includes(String(record['Name'])));
    this.remove(
      'PermissionSet',
      ids.map(({ Id }) => Id),
      { userId },
    );
    this.#metadata = metadata;
    this.schemaVersion++;
    this.store.useSchema(metadata.schema);
    seedOrg(this, metadata.schema, this.store, metadata.permissionSets);
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
    if (this.#access.version !== this.store.accessVersion)
      this.#access = { version: this.store.accessVersion, byUser: new Map() };
    let access = this.#access.byUser.get(userId);
    if (!access) {
      access = new UserAccess(userId, this.#granted(userId), this.schema, this.store);
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

  value(object: SObject, record: SRecord, field: Field): FieldValue {
    const formula = this.schema.formulas.get(field);
    if (!formula) return record[field.name] ?? null;
    const today = this.clock.now().toISOString().slice(0, 10);
    return formula.evaluate({ value: (other) => this.value(object, record, other), prior: null, today });
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

  #context(userId: string): DmlContext {
    const { schema, store, clock, locks } = this;
    return { schema, store, clock, locks, access: this.accessOf(userId) };
  }

  transaction<T>(actor: Actor, work: (rollback: () => void) => T): T {
    return this.#commits.transaction(actor, work);
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    return this.#commits.listen(listener);
  }

  insert(object: string, rows: readonly InputRow[], options: SaveOptions): RowResult[] {
    return this.transaction(options, () =>
      insertRows(this.#context(options.userId), this.#object(object), rows, options),
    );
  }

  update(object: string, rows: readonly InputRow[], options: SaveOptions): RowResult[] {
    return this.transaction(options, () =>
      updateRows(this.#context(options.userId), this.#object(object), rows, options),
    );
  }

  upsert(object: string, externalIdField: string, rows: readonly InputRow[], options: SaveOptions): RowResult[] {
    return this.transaction(options, () =>
      upsertRows(this.#context(options.userId), this.#object(object), externalIdField, rows, options),
    );
  }

  remove(object: string, ids: readonly string[], options: SaveOptions): RowResult[] {
    return this.transaction(options, () =>
      removeRows(this.#context(options.userId), this.#object(object), ids, options),
    );
  }

  /** Merges Accounts, as an admin would. @throws Error when one of them is not there */
  mergeAccounts(masterId: string, loserId: string): void {
    const [master, loser] = [this.get('Account', masterId), this.get('Account', loserId)];
    if (!master || !loser || master === loser) throw new Error('both Accounts must be there');
    const userId = this.userNamed(USERS.admin)!.Id;
    this.transaction({ userId }, () => mergeRecords(this.#context(userId), this.#object('Account'), master, loser));
  }
}

/** @throws Error that names the metadata file which is wrong or not supported */
export function createOrg(options: OrgOptions): SimulatedOrg {
  return new SimulatedOrg(options);
}
