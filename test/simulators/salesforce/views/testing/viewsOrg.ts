import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimClock } from '../../../kit/clock.ts';
import { startSalesforceSim, type RunningSalesforce } from '../../main.ts';
import { filesIn } from '../../org/schema/metadata.ts';
import type { FieldValue } from '../../org/types.ts';
import { callsOf, NOW, type Answer, type Person } from '../../testing.ts';

const FORCE_APP = join(import.meta.dirname, '../../../../../force-app/main/default');
const FIXTURE = join(import.meta.dirname, 'force-app');

/** What to make of files, by path. */
export type Changes = Readonly<Record<string, (text: string) => string>>;

/** force-app with the fixture over it, then with `changes` of its files. @returns the folder */
export function viewsMetadata(changes: Changes = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'views-org-'));
  cpSync(FORCE_APP, folder, { recursive: true });
  // The views of the fixture stand alone.
  const views = ['applications', 'reports', 'dashboards', 'reportTypes', 'objects/Billing_Invoice__c/listViews'];
  for (const part of ['flexipages', ...views]) rmSync(join(folder, part), { recursive: true });
  for (const path of filesIn(join(folder, 'permissionsets'))) {
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replaceAll(/<(applicationVisibilities|tabSettings)>[^]*?<\/\1>/g, ''));
  }
  cpSync(FIXTURE, folder, { recursive: true });
  for (const [file, change] of Object.entries(changes)) {
    const path = join(folder, file);
    const before = readFileSync(path, 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`${file} was not changed`);
    writeFileSync(path, after);
  }
  return folder;
}

/**
 * An org with the views of the fixture: Acme, Beta and Delta belong to the first rep, Gamma to the second; the second
 * belongs to the group Operations, and the rep without billing may read invoices but no amounts.
 */
export class ViewsOrg {
  readonly sim: RunningSalesforce;
  readonly #folder: string;

  private constructor(sim: RunningSalesforce, folder: string) {
    this.sim = sim;
    this.#folder = folder;
  }

  static async start(options: { pages?: boolean; changes?: Changes } = {}): Promise<ViewsOrg> {
    const folder = viewsMetadata(options.changes);
    const clock = new SimClock(Date.parse(NOW) - Date.now());
    const buildPages = options.pages ? 'at start' : 'at first visit';
    const org = new ViewsOrg(await startSalesforceSim({ clock, forceApp: folder, buildPages }), folder);
    org.#people();
    org.#records();
    return org;
  }

  async close(): Promise<void> {
    await this.sim.close();
    rmSync(this.#folder, { recursive: true });
  }

  userId(person: Person): string {
    return this.sim.org.userNamed(this.sim.usernames[person])!.Id;
  }

  insert(object: string, rows: Record<string, FieldValue>[], person: Person = 'admin'): string[] {
    const results = this.sim.org.insert(object, rows, { userId: this.userId(person) });
    return results.map(({ id, errors }) => {
      if (id === null) throw new Error(`${object}: ${errors[0]?.message}`);
      return id;
    });
  }

  assign(person: Person, permissionSet: string): void {
    const { Id } = this.sim.org.all('PermissionSet').find((record) => record['Name'] === permissionSet)!;
    this.insert('PermissionSetAssignment', [{ AssigneeId: this.userId(person), PermissionSetId: Id }]);
  }

  #people(): void {
    const [group] = this.insert('Group', [{ Name: 'Operations', DeveloperName: 'Operations', Type: 'Regular' }]);
    this.insert('GroupMember', [{ GroupId: group!, UserOrGroupId: this.userId('otherRep') }]);
    this.assign('repWithoutBilling', 'Invoice_Reader');
    this.assign('rep', 'Billing_App');
  }

  #records(): void {
    const account = (Name: string, Industry: string, arr: number, owner: Person): string =>
      this.insert('Account', [{ Name, Industry, Billing_ARR__c: arr, OwnerId: this.userId(owner) }])[0]!;
    const acme = account('Acme', 'Energy', 100, 'rep');
    const beta = account('Beta', 'Banking', 200, 'rep');
    account('Delta', 'Utilities', 50, 'rep');
    const gamma = account('Gamma', 'Energy', 900, 'otherRep');
    const subscription = (n: number, of: string, currency: string, plan: string, arr: number, status: string) => ({
      ...{ Name: `SUB-${n}`, Key__c: `stripe:subscription:${n}`, Account__c: of, Currency_Code__c: currency },
      ...{ Plan__c: plan, ARR__c: arr, Status__c: status },
    });
    this.insert('Billing_Subscription__c', [
      { ...subscription(1, acme, 'EUR', 'Gold', 1200, 'Active'), Next_Renewal_Date__c: '2026-12-10' },
      { ...subscription(2, acme, 'EUR', 'Silver', 600, 'Active'), Next_Renewal_Date__c: '2026-12-20' },
      { ...subscription(3, beta, 'USD', 'Gold', 2400, 'Past Due'), Next_Renewal_Date__c: '2027-01-05' },
      { ...subscription(4, gamma, 'EUR', 'Gold', 5000, 'Active'), Next_Renewal_Date__c: '2027-02-01' },
      subscription(5, beta, 'EUR', 'Gold', 999, 'Draft'),
    ]);
    const invoice = (n: number, of: string, currency: string, status: string, balance: number, due: string | null) => ({
      ...{ Name: `INV-${n}`, Key__c: `stripe:invoice:${n}`, Account__c: of, Currency_Code__c: currency },
      ...{ Status__c: status, Amount__c: balance, Balance__c: balance, Due_Date__c: due },
    });
    this.insert('Billing_Invoice__c', [
      invoice(1, acme, 'EUR', 'Open', 1000, '2026-11-11'),
      invoice(2, acme, 'EUR', 'Open', 500, '2026-10-22'),
      invoice(3, acme, 'USD', 'Open', 250, '2026-10-21'),
      invoice(4, beta, 'EUR', 'Open', 2000, '2026-12-01'),
      invoice(5, beta, 'EUR', 'Open', 0, null),
      invoice(6, beta, 'USD', 'Draft', 70, null),
      invoice(7, gamma, 'EUR', 'Open', 9000, '2026-08-01'),
    ]);
  }

  calls(person: Person): ReturnType<typeof callsOf> {
    return callsOf(this.sim, person);
  }

  get(person: Person, path: string): Promise<Answer> {
    return this.calls(person).call('GET', path);
  }

  /** Id of a list view, report, dashboard or folder, whoever may see it. */
  idOf(kind: 'ListView' | 'Report' | 'Dashboard' | 'Folder', developerName: string): string {
    return this.sim.org.all(kind).find((record) => record['DeveloperName'] === developerName)!.Id;
  }
}
