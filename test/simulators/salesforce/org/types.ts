/** The model of a simulated org that all its APIs (REST, GraphQL, UI API, pages) share. */

export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'url'
  | 'boolean'
  | 'double'
  | 'int'
  | 'percent'
  | 'currency'
  | 'date'
  | 'datetime'
  | 'time'
  | 'picklist'
  | 'multipicklist'
  | 'reference';

export type Field = {
  name: string;
  label: string;
  type: FieldType;
  custom: boolean;
  /** Characters, for text types. */
  length?: number;
  precision?: number;
  scale?: number;
  required: boolean;
  unique: boolean;
  externalId: boolean;
  caseSensitive: boolean;
  createable: boolean;
  updateable: boolean;
  filterable: boolean;
  /** `labels` of values that are shown as something else than themselves. */
  picklist?: { restricted: boolean; values: string[]; labels?: Readonly<Record<string, string>> };
  reference?: {
    to: string[];
    /** Name to follow it by, `Account__r` or `Owner`. */
    relationshipName: string;
    masterDetail: boolean;
    /** `writeRequiresMasterRead`: read access to the master is enough to write the detail. */
    writeRequiresMasterRead: boolean;
    reparentable: boolean;
    onDelete: 'cascade' | 'setNull' | 'restrict';
    /** Name of the list on the parent, `Billing_Invoices__r`; absent for references without one. */
    childRelationshipName?: string;
  };
  formula?: string;
  /** Worked out over the details of the record; stored, as an org does it. */
  summary?: { operation: 'count' | 'sum' | 'min' | 'max' };
  /** Numbers that the org gives itself, `INV-{0000}`. */
  autoNumber?: { format: string; first: number };
  /** Rich text. */
  html?: boolean;
  helpText?: string;
  /** Value of a new record whose writer gives none. */
  defaultValue?: FieldValue;
};

export type Sharing = 'Private' | 'Read' | 'ReadWrite' | 'ControlledByParent';

export type SObject = {
  name: string;
  label: string;
  labelPlural: string;
  keyPrefix: string;
  custom: boolean;
  sharing: Sharing;
  /** By API name, as spelled; use `field()` of the schema for lookup whatever the case. */
  fields: Map<string, Field>;
  /** The field that records are called by: `Name`, `CaseNumber`, `Subject`; null when there is none. */
  nameField: string | null;
  /** Not served by UI API and GraphQL. */
  apiOnly?: true;
  /** A custom object whose records searches find (`enableSearch`). */
  searchable?: true;
  /** The object whose records are shared by records of this one. */
  shareOf?: string;
  /** What may be done with records at all, whoever asks; everything when absent. */
  operations?: { create: boolean; update: boolean; delete: boolean };
  validationRules: { name: string; formula: string; message: string; displayField: string | null }[];
};

export type FieldValue = string | number | boolean | null;
/** Id and every stored field by API name; absent means null. Formula fields are never stored. */
export type SRecord = { Id: string } & Record<string, FieldValue>;

/** What one user may do; every API asks this and nothing else. */
export interface Access {
  readonly userId: string;
  readsObject(object: string): boolean;
  createsObject(object: string): boolean;
  editsObject(object: string): boolean;
  deletesObject(object: string): boolean;
  readsField(object: string, field: string): boolean;
  editsField(object: string, field: string): boolean;
  /** Sharing only: object permission is asked apart. */
  seesRecord(object: string, record: SRecord): boolean;
  changesRecord(object: string, record: SRecord): boolean;
}

/** What the APIs need of the org. Object and field names may come in any case. */
export interface Org {
  readonly orgId: string;
  readonly apiVersion: string;
  /** Rises whenever other metadata is in force; whoever derives something from the schema keeps it by this number. */
  readonly schemaVersion: number;
  object(name: string): SObject | undefined;
  objects(): SObject[];
  field(object: SObject, name: string): Field | undefined;
  /** References that point to this object and have a child relationship name. */
  children(object: SObject): { object: SObject; field: Field; relationshipName: string }[];
  accessOf(userId: string): Access;
  /** Not deleted; null when there is none or it is deleted. Takes 15- and 18-character ids. */
  get(object: string, id: string): SRecord | null;
  /** Every record that is not deleted, whoever may see it. */
  all(object: string): SRecord[];
  /**
   * Stored value or the formula worked out, as of the clock of the simulator.
   * @param userId who reads it, for formulas over `$User` and `$Permission`, which are blank without
   */
  value(object: SObject, record: SRecord, field: Field, userId?: string): FieldValue;
  /** Bearer token or page session → user id; null when unknown or expired. */
  userOfToken(token: string): string | null;

  /** Records that are not deleted and whose reference `field` holds `id`; by index, whatever the number of records. */
  referencing(object: SObject, field: Field, id: string): SRecord[];
  userNamed(username: string): SRecord | null;
  /** @returns a new access token of the user, good for two hours of real time */
  openSession(userId: string): string;
  insert(object: string, rows: readonly InputRow[], options: SaveOptions): RowResult[];
  /** Rows carry `Id`. */
  update(object: string, rows: readonly InputRow[], options: SaveOptions): RowResult[];
  /** Rows carry the external id field and no `Id`. */
  upsert(object: string, externalIdField: string, rows: readonly InputRow[], options: SaveOptions): RowResult[];
  /** Soft delete, with the details of what is deleted. */
  remove(object: string, ids: readonly string[], options: SaveOptions): RowResult[];
  /** Brings deleted records back from the recycle bin, with the details that went with them. */
  undelete(object: string, ids: readonly string[], options: SaveOptions): RowResult[];
  /** Takes deleted records out of the recycle bin for good. */
  emptyRecycleBin(object: string, ids: readonly string[], options: SaveOptions): RowResult[];
  /**
   * Merges up to two records into a third (Account, Contact, Lead): what belonged to them belongs to the master.
   * @param master `Id` and the values to take over from the others
   */
  merge(object: string, master: InputRow, loserIds: readonly string[], options: SaveOptions): RowResult;
  /**
   * Runs several saves as one transaction: all are kept, or none when `work` throws or calls `rollback`. Those who listen
   * hear of one commit by this actor, whatever the saves inside name. Transactions nest into the outermost.
   */
  transaction<T>(actor: Actor, work: (rollback: () => void) => T): T;
  /** Hears of every commit that changed something, after it is kept. @returns a function that ends the subscription */
  onCommit(listener: (commit: Commit) => void): () => void;
}

export type Actor = {
  userId: string;
  /**
   * `changeOrigin` of change events: `com/salesforce/api/rest/66.0;client=Name` for API calls,
   * `com/salesforce/platform/lightning` or empty otherwise.
   */
  origin?: string | undefined;
};

/** What became of one record in one commit: its values before the first and after the last save. */
export type Change = {
  object: SObject;
  type: 'CREATE' | 'UPDATE' | 'DELETE' | 'UNDELETE';
  before: SRecord | null;
  after: SRecord;
};

/** One transaction that was kept; changes are in the order in which the records were first touched. */
export type Commit = { transactionKey: string; userId: string; origin: string; at: Date; changes: Change[] };

/** Values by API name in any case; a reference may be given as `{Billing_Account__r: {Key__c: '…'}}`; `attributes` is ignored. */
export type InputRow = Readonly<Record<string, unknown>>;
export type SaveOptions = Actor & {
  /** Nothing is kept when one row fails. */
  allOrNone?: boolean;
  /** Saves in spite of duplicate rules that only alert (`Sforce-Duplicate-Rule-Header: allowSave=true`). */
  allowDuplicates?: boolean;
};
/** `duplicateResult` comes with DUPLICATES_DETECTED. */
export type RowError = { statusCode: string; message: string; fields: string[]; duplicateResult?: DuplicateResult };
export type DuplicateResult = {
  allowSave: boolean;
  duplicateRule: string;
  duplicateRuleEntityType: string;
  errorMessage: string;
  matchResults: {
    entityType: string;
    matchEngine: string;
    matchRecords: { fieldDiffs: never[]; matchConfidence: number; record: { type: string; Id: string } }[];
    rule: string;
    size: number;
    success: boolean;
  }[];
};
/** In the order of the rows; `created` for upserts only. */
export type RowResult = { id: string | null; success: boolean; errors: RowError[]; created?: boolean };
