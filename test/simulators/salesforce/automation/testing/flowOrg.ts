import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { startSalesforceSim, type RunningSalesforce } from '../../main.ts';
import type { InterviewView } from '../flow/interview.ts';

const FORCE_APP = join(import.meta.dirname, '../../../../../force-app/main/default');

/** @param changes texts of files of the fixture, each changed before the org starts @returns a folder to remove */
export function flowMetadata(changes: Readonly<Record<string, (text: string) => string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'flow-org-'));
  cpSync(FORCE_APP, folder, { recursive: true });
  cpSync(join(import.meta.dirname, 'force-app'), folder, { recursive: true });
  for (const [file, change] of Object.entries(changes)) {
    const before = readFileSync(join(folder, file), 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`${file} was not changed`);
    writeFileSync(join(folder, file), after);
  }
  return folder;
}

/** An org with the flows of the fixture, and a person who opens pages in it. */
export class FlowOrg {
  readonly sim: RunningSalesforce;
  readonly #folder: string;

  private constructor(sim: RunningSalesforce, folder: string) {
    this.sim = sim;
    this.#folder = folder;
  }

  static async start(changes?: Readonly<Record<string, (text: string) => string>>): Promise<FlowOrg> {
    const folder = flowMetadata(changes);
    return new FlowOrg(await startSalesforceSim({ forceApp: folder }), folder);
  }

  async close(): Promise<void> {
    await this.sim.close();
    rmSync(this.#folder, { recursive: true });
  }

  id(username: string): string {
    return this.sim.org.userNamed(username)!.Id;
  }

  account(owner: string, name: string): string {
    return this.sim.org.insert('Account', [{ Name: name }], { userId: this.id(owner) })[0]!.id!;
  }

  grant(username: string, permissionSet: string): void {
    const { org, usernames } = this.sim;
    const { Id } = org.all('PermissionSet').find((record) => record['Name'] === permissionSet)!;
    org.insert('PermissionSetAssignment', [{ AssigneeId: this.id(username), PermissionSetId: Id }], {
      userId: this.id(usernames.admin),
    });
  }

  /** A call of a set-up script. */
  async rest(username: string, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) {
    const answer = await request(`${this.sim.url}/services/data/v66.0${path}`, {
      method,
      headers: { authorization: `Bearer ${this.sim.tokenFor(username)}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: (text === '' ? null : JSON.parse(text)) as Record<string, unknown> };
  }

  /** A call of a page of this person. */
  async page(username: string, path: string, body: unknown): Promise<{ status: number; view: InterviewView }> {
    const cookie = `sid=${encodeURIComponent(this.sim.tokenFor(username))}`;
    const answer = await request(`${this.sim.url}/lightning/interviews${path}`, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.statusCode, view: (await answer.body.json()) as InterviewView };
  }
}
