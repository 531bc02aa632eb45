import type { SimulatedOrg } from '../org/org.ts';
import type { SharingRule } from '../org/sharing/rules.ts';
import { SetupRecords } from '../org/seedSetup.ts';
import type { FieldValue, SObject, SRecord } from '../org/types.ts';
import { toDateTime } from '../org/values.ts';
import { readDashboard, type Dashboard } from './dashboards/dashboard.ts';
import { readFolders, type Folder } from './folders/folders.ts';
import { rulesOf, type Audience } from './folders/shares.ts';
import { readListViews, type ListView } from './listViews/listViews.ts';
import { readApps, type App } from './navigation/apps.ts';
import { readReport, type Report } from './reports/report.ts';
import { readReportTypes, type ReportType } from './reports/reportTypes.ts';

export type CompiledViews = {
  listViews: ListView[];
  folders: Folder[];
  reportTypes: Map<string, ReportType>;
  /** By `Folder/DeveloperName`. */
  reports: Map<string, Report>;
  dashboards: Map<string, Dashboard>;
  apps: App[];
};

/**
 * List views, report types, reports, dashboards and apps of the org's metadata.
 * @throws Error that names the file when something in it is wrong or not supported
 */
export function compileViews({ forceApp, schema }: Pick<SimulatedOrg, 'forceApp' | 'schema'>): CompiledViews {
  const reportTypes = readReportTypes(forceApp, schema);
  const own = readFolders(forceApp, 'Report');
  const reports = new Map(
    own.files.map((file) => [
      `${file.folder.developerName}/${file.developerName}`,
      readReport(file, schema, reportTypes),
    ]),
  );
  const boards = readFolders(forceApp, 'Dashboard');
  const dashboards = new Map(
    boards.files.map((file) => [`${file.folder.developerName}/${file.developerName}`, readDashboard(file, reports)]),
  );
  return {
    listViews: readListViews(forceApp, schema),
    folders: [...own.folders, ...boards.folders],
    ...{ reportTypes, reports, dashboards },
    apps: readApps(forceApp, schema),
  };
}

type Kinds = { ListView: ListView; Report: Report; Dashboard: Dashboard };

/** What the metadata says is to be shown, and the records by which users find it and see it or not. */
export class Views {
  /** Ids of records of an object that a user has looked at, newest first; known to the REST API. */
  recent: (userId: string, object: SObject) => readonly string[] = () => [];
  readonly #org: SimulatedOrg;
  #compiled: CompiledViews;
  #version: number;
  #byId = new Map<string, Kinds[keyof Kinds]>();

  /** @throws Error that names the metadata file which is wrong */
  constructor(org: SimulatedOrg) {
    this.#org = org;
    this.#compiled = compileViews(org);
    this.#version = org.schemaVersion;
    this.#enter();
  }

  /** Follows a deploy or a reset of the org. */
  follow(): void {
    if (this.#version === this.#org.schemaVersion) return;
    this.#compiled = compileViews(this.#org);
    this.#version = this.#org.schemaVersion;
    this.#enter();
  }

  get all(): CompiledViews {
    this.follow();
    return this.#compiled;
  }

  /** A view that the user may see; null when there is none. */
  find<K extends keyof Kinds>(kind: K, id: string, userId: string): { record: SRecord; view: Kinds[K] } | null {
    this.follow();
    const [record, access] = [this.#org.get(kind, id), this.#org.accessOf(userId)];
    if (!record || !access.readsObject(kind) || !access.seesRecord(kind, record)) return null;
    return { record, view: this.#byId.get(record.Id) as Kinds[K] };
  }

  /** Those that the user may see, by label. */
  visible<K extends keyof Kinds>(kind: K, userId: string): { record: SRecord; view: Kinds[K] }[] {
    this.follow();
    const access = this.#org.accessOf(userId);
    const label = kind === 'Dashboard' ? 'Title' : 'Name';
    return this.#org
      .all(kind)
      .filter((record) => access.readsObject(kind) && access.seesRecord(kind, record))
      .map((record) => ({ record, view: this.#byId.get(record.Id) as Kinds[K] }))
      .sort((a, b) => String(a.record[label]).localeCompare(String(b.record[label])));
  }

  /** Id of a report, whoever may see it. */
  reportId({ developerName, folder }: Report): string {
    const isOne = (record: SRecord): boolean =>
      record['DeveloperName'] === developerName && record['FolderName'] === folder.label;
    return this.#org.all('Report').find(isOne)!.Id;
  }

  folderId({ kind, developerName }: Folder): string {
    const isOne = (record: SRecord): boolean => record['Type'] === kind && record['DeveloperName'] === developerName;
    return this.#org.all('Folder').find(isOne)!.Id;
  }

  /** Makes the records that stand for the views, and the rules that share them. */
  #enter(): void {
    const { schema, store, clock } = this.#org;
    const setup = new SetupRecords(schema, store, toDateTime(clock.now()));
    const { listViews, folders, reports, dashboards } = this.#compiled;
    const kept = new Set<string>();
    const rules: SharingRule[] = [];
    const ensure = (kind: string, key: Record<string, FieldValue>, values: Record<string, FieldValue>): string => {
      const id = setup.ensure(kind, key, values);
      kept.add(id);
      return id;
    };
    const enter = (kind: keyof Kinds, id: string, view: Kinds[keyof Kinds], audience: Audience): void => {
      this.#byId.set(id, view);
      rules.push(...rulesOf(kind, audience, id));
    };
    this.#byId = new Map();
    for (const view of listViews) {
      const key = { SobjectType: view.object.name, DeveloperName: view.developerName };
      const id = ensure('ListView', key, { Name: view.label, IsSoqlCompatible: true });
      enter('ListView', id, view, view.audience);
    }
    for (const { kind, developerName, label, accessType, readonly, audience } of folders) {
      const values = { Name: label, AccessType: accessType, IsReadonly: readonly };
      const id = ensure('Folder', { Type: kind, DeveloperName: developerName }, values);
      rules.push(...rulesOf('Folder', audience, id));
    }
    for (const report of reports.values()) {
      const key = { DeveloperName: report.developerName, FolderName: report.folder.label };
      const values = { Name: report.name, Description: report.description, Format: report.format };
      const id = ensure('Report', key, { ...values, OwnerId: this.folderId(report.folder) });
      enter('Report', id, report, report.folder.audience);
    }
    for (const dashboard of dashboards.values()) {
      const { developerName, folder, title, description, type, runningUser } = dashboard;
      const RunningUserId = runningUser === null ? null : (this.#org.userNamed(runningUser)?.Id ?? null);
      const key = { DeveloperName: developerName, FolderName: folder.label };
      const values = {
        Title: title,
        Description: description,
        Type: type,
        FolderId: this.folderId(folder),
        RunningUserId,
      };
      enter('Dashboard', ensure('Dashboard', key, values), dashboard, folder.audience);
    }
    for (const kind of ['ListView', 'Folder', 'Report', 'Dashboard'])
      for (const { Id } of this.#org.all(kind)) if (!kept.has(Id)) store.erase(schema.object(kind)!, Id);
    const known = schema.sharingRules.filter(
      ({ object }) => !['ListView', 'Folder', 'Report', 'Dashboard'].includes(object),
    );
    schema.sharingRules.splice(0, Infinity, ...known, ...rules);
  }
}
