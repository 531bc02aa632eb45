import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { request } from 'undici';
import { startSalesforceSim, type RunningSalesforce } from '../../main.ts';
import { USERS } from '../../org/seed.ts';
import type { InterviewView } from '../flow/interview.ts';
import { SECRET } from './orderService.ts';

const FORCE_APP = join(import.meta.dirname, '../../../../../force-app/main/default');

type Changes = Readonly<Record<string, (text: string) => string>>;

/** force-app without its record pages and with the fixture over it, then with `changes` of some files and with more `files`. */
function flowMetadata(changes: Changes, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'flow-org-'));
  cpSync(FORCE_APP, folder, { recursive: true });
  rmSync(join(folder, 'flexipages'), { recursive: true });
  cpSync(join(import.meta.dirname, 'force-app'), folder, { recursive: true });
  for (const [file, change] of Object.entries(changes)) {
    const before = readFileSync(join(folder, file), 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`${file} was not changed`);
    writeFileSync(join(folder, file), after);
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

/** Body that gives the fixture's principal its secret. */
export const credential = (clientSecret = SECRET.clientSecret) => ({
  externalCredential: 'Orders',
  principalName: 'Org',
  principalType: 'NamedPrincipal',
  authenticationProtocol: 'OAuth',
  credentials: { clientId: { value: SECRET.clientId }, clientSecret: { value: clientSecret, encrypted: true } },
});

/** An org with the flows of the fixture, and a person who opens pages in it. */
export class FlowOrg {
  readonly sim: RunningSalesforce;
  readonly #folder: string;

  private constructor(sim: RunningSalesforce, folder: string) {
    this.sim = sim;
    this.#folder = folder;
  }

  /** @throws Error of the start, after its folder was removed */
  static async start(changes: Changes = {}, files: Readonly<Record<string, string>> = {}): Promise<FlowOrg> {
    const folder = flowMetadata(changes, files);
    try {
      const buildPages = Object.keys(files).length > 0 ? 'at start' : 'at first visit';
      return new FlowOrg(await startSalesforceSim({ forceApp: folder, buildPages }), folder);
    } catch (error) {
      rmSync(folder, { recursive: true });
      throw error;
    }
  }

  /** What an admin does after installing: address, token endpoint and secret. */
  async connect(url: string): Promise<void> {
    const put = (path: string, body: unknown) => this.rest(USERS.admin, 'PUT', `/named-credentials/${path}`, body);
    await put('named-credential-setup/Orders', { calloutUrl: url });
    const tokenUrl = { parameterName: 'AuthProviderUrl', parameterType: 'AuthProviderUrl' };
    await put('external-credentials/Orders', { parameters: [{ ...tokenUrl, parameterValue: `${url}/token` }] });
    await this.rest(USERS.admin, 'POST', '/named-credentials/credential', credential());
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
