import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { XMLParser } from 'fast-xml-parser';

/** Metadata as parsed: texts, objects and lists of them. */
type Xml = string | { [name: string]: Xml | Xml[] };

/** Where the metadata lies in a project, and what is deployed after it, since no package can hold it. */
export const SOURCE = 'force-app/main/default';
export const POST_INSTALL = 'unpackaged/post-install';

/** Not deployed: see `.forceignore`. */
const isIgnored = (path: string): boolean => /(^|\/)(__tests__\/|tsconfig\.json$|jsconfig\.json$)/.test(path);

const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: true, ignoreDeclaration: true });

/** Files of a project's metadata by path below `folder`. */
export function metadataFiles(project: string, folder = SOURCE): Map<string, string> {
  const root = join(project, folder);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')).sort();
  return new Map(
    paths.filter((path) => !isIgnored(path)).map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
}

/** The same for the same metadata. */
export function digestOf(project: string): string {
  const hash = createHash('sha256');
  for (const folder of [SOURCE, POST_INSTALL])
    for (const [path, text] of metadataFiles(project, folder)) hash.update(`${path}\0${text}\0`);
  return hash.digest('hex');
}

const TYPES: Readonly<Record<string, string>> = {
  applications: 'CustomApplication',
  customPermissions: 'CustomPermission',
  dashboards: 'Dashboard',
  externalCredentials: 'ExternalCredential',
  externalServiceRegistrations: 'ExternalServiceRegistration',
  fields: 'CustomField',
  flexipages: 'FlexiPage',
  flows: 'Flow',
  groups: 'Group',
  labels: 'CustomLabel',
  layouts: 'Layout',
  listViews: 'ListView',
  lwc: 'LightningComponentBundle',
  namedCredentials: 'NamedCredential',
  permissionsets: 'PermissionSet',
  quickActions: 'QuickAction',
  reportTypes: 'ReportType',
  reports: 'Report',
  tabs: 'CustomTab',
  validationRules: 'ValidationRule',
};

/** `CustomField:Account.Billing_ARR__c`, as `sf` names components. */
export function componentOf(path: string): string {
  const [folder = '', ...rest] = path.split('/');
  const name = (file: string): string => file.replace(/\.[A-Za-z]+-meta\.xml$/, '');
  if (folder === 'lwc') return `${TYPES['lwc']}:${rest[0] ?? ''}`;
  if (folder !== 'objects') return `${TYPES[folder] ?? folder}:${name(rest.join('/'))}`;
  const [object = '', kind = '', file = ''] = rest;
  return file === '' ? `CustomObject:${object}` : `${TYPES[kind] ?? kind}:${object}.${name(file)}`;
}

export function readXml(text: string): Xml {
  const [root = ''] = Object.values(parser.parse(text) as Record<string, Xml>);
  return root;
}

const listOf = (value: Xml | Xml[]): Xml[] => (Array.isArray(value) ? value : [value]);

/** Whether everything that `ours` says is said by `theirs` too; an org adds defaults, and has an order of its own. */
export function covers(theirs: Xml | Xml[], ours: Xml | Xml[]): boolean {
  if (Array.isArray(ours) || Array.isArray(theirs))
    return listOf(ours).every((one) => listOf(theirs).some((other) => covers(other, one)));
  if (typeof ours === 'string' || typeof theirs === 'string')
    return typeof ours === typeof theirs && String(ours).trim() === String(theirs).trim();
  return Object.entries(ours).every(([name, value]) => {
    const other = theirs[name];
    return other !== undefined && covers(other, value);
  });
}
