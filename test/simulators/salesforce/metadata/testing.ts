import { strToU8, unzipSync, zipSync } from 'fflate';
import { Connection } from 'jsforce';
import { startSalesforceSim, type RunningSalesforce } from '../main.ts';
import { USERS } from '../org/seed.ts';
import { NAMESPACE } from './xml/document.ts';

export type Person = keyof typeof USERS;
type Options = Record<string, unknown>;
export type Problem = {
  fullName: string;
  componentType: string;
  fileName: string;
  problem: string;
  lineNumber?: number;
};
export type Deployed = {
  status: string;
  success: boolean;
  failures: Problem[];
  successes: (Problem & { created: boolean; changed: boolean; deleted: boolean })[];
};

/** A metadata file of that type. */
export const metadataFile = (type: string, content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${type} xmlns="${NAMESPACE}">\n${content}\n</${type}>\n`;

/** `package.xml`, or a list of deletions, with members by type. */
export function manifest(members: Readonly<Record<string, readonly string[]>>): string {
  const types = Object.entries(members).map(
    ([type, names]) =>
      `<types>${names.map((name) => `<members>${name}</members>`).join('')}<name>${type}</name></types>`,
  );
  return metadataFile('Package', `${types.join('')}<version>66.0</version>`);
}

export const customObject = (label: string, rest = '', sharing = 'ReadWrite'): string =>
  metadataFile(
    'CustomObject',
    `<deploymentStatus>Deployed</deploymentStatus>${rest}<label>${label}</label><nameField><label>Name</label><type>Text</type></nameField><pluralLabel>${label}s</pluralLabel><sharingModel>${sharing}</sharingModel>`,
  );

export const textField = (name: string, length = 80, rest = ''): string =>
  `<fields><fullName>${name}</fullName>${rest}<label>${name}</label><length>${length}</length><type>Text</type></fields>`;

export const bundle = (name: string, script: string, template?: string, exposed = false): Record<string, string> => ({
  [`lwc/${name}/${name}.ts`]: script,
  ...(template === undefined ? {} : { [`lwc/${name}/${name}.html`]: template }),
  [`lwc/${name}/${name}.js-meta.xml`]: metadataFile(
    'LightningComponentBundle',
    `<apiVersion>66.0</apiVersion><isExposed>${exposed}</isExposed>${exposed ? '<targets><target>lightning__RecordPage</target></targets>' : ''}`,
  ),
});

/** An org without any package, and a person's deploys to it by jsforce. */
export class MetadataOrg {
  readonly sim: RunningSalesforce;

  private constructor(sim: RunningSalesforce) {
    this.sim = sim;
  }

  static async start(forceApp: string | null = null): Promise<MetadataOrg> {
    return new MetadataOrg(await startSalesforceSim({ forceApp }));
  }

  as(person: Person = 'admin'): Connection {
    return new Connection({
      instanceUrl: this.sim.url,
      accessToken: this.sim.tokenFor(USERS[person]),
      version: '66.0',
    });
  }

  /** @param files with a `package.xml` that names their types by wildcard unless they bring one */
  async deploy(files: Readonly<Record<string, string>>, options: Options = {}, person: Person = 'admin') {
    const all = { 'package.xml': manifest(everything), ...files };
    const zip = zipSync(Object.fromEntries(Object.entries(all).map(([path, text]) => [path, strToU8(text)])));
    return this.deployZip(Buffer.from(zip).toString('base64'), options, person);
  }

  async deployZip(zip: string, options: Options = {}, person: Person = 'admin'): Promise<Deployed> {
    const { metadata } = this.as(person);
    metadata.pollInterval = 20;
    const result = await metadata
      .deploy(zip, { rollbackOnError: true, singlePackage: true, ...options })
      .complete(true);
    const { details } = result as { details?: { componentFailures?: unknown; componentSuccesses?: unknown } };
    const list = (value: unknown): unknown[] => (value === undefined || value === null ? [] : [value].flat());
    return {
      status: String(result.status),
      success: result.success,
      failures: list(details?.componentFailures) as Problem[],
      successes: list(details?.componentSuccesses) as Deployed['successes'],
    };
  }

  /** Files of what a manifest names, as an admin retrieves them. */
  async retrieve(members: Readonly<Record<string, readonly string[]>>): Promise<Record<string, string>> {
    const { metadata } = this.as();
    metadata.pollInterval = 20;
    const types = Object.entries(members).map(([name, names]) => ({ name, members: [...names] }));
    const request = { apiVersion: '66.0', singlePackage: true, unpackaged: { types, version: '66.0' } };
    const result = await metadata.retrieve(request as never).complete();
    const files = unzipSync(Buffer.from(result.zipFile, 'base64'));
    return Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, Buffer.from(bytes).toString()]));
  }

  async switch(name: string, body: unknown): Promise<Response> {
    return fetch(`${this.sim.url}/__sim/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async close(): Promise<void> {
    await this.sim.close();
  }
}

const everything: Record<string, string[]> = Object.fromEntries(
  [
    ...[
      'CustomApplication',
      'CustomLabels',
      'CustomObject',
      'CustomPermission',
      'CustomTab',
      'Dashboard',
      'DuplicateRule',
    ],
    ...['ExternalCredential', 'ExternalServiceRegistration', 'FlexiPage', 'Flow', 'Layout', 'LightningComponentBundle'],
    ...['MatchingRules', 'NamedCredential', 'PermissionSet', 'PlatformEventChannel', 'PlatformEventChannelMember'],
    ...['QuickAction', 'Report', 'ReportType', 'SharingRules'],
  ].map((type) => [type, ['*']]),
);
