import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_VERSION, SetupFault } from './org.ts';
import type { Sf } from './sf.ts';
import { componentOf, covers, metadataFiles, readXml, SOURCE } from './source.ts';

/** Something in the org that has the name of something of ours. */
export type Clash = {
  component: string;
  /** Plain words, with what to do. */
  why: string;
  /** A field of another type: no deploy can take it over without losing what it holds. */
  final: boolean;
};

export type Comparison = {
  /** Components that the org has none of. */
  missing: string[];
  /** Components that the org has with another content. */
  other: string[];
  clashes: Clash[];
};

/** Without addresses, which set-up fills in, and without whether a flow is active, which is asked of the org. */
const withoutSettings = (path: string, text: string): string =>
  path.startsWith('flows/')
    ? text.replace(/<status>\w+<\/status>/, '')
    : text.replaceAll(/<parameterValue>https?:[^<]*<\/parameterValue>/g, '');

const LABELS = 'labels/CustomLabels.labels-meta.xml';

/** With a file for each label: all of them lie in one, and orgs have labels of their own. */
function withLabels(files: ReadonlyMap<string, string>): Map<string, string> {
  const all = new Map(files);
  all.delete(LABELS);
  for (const [label] of (files.get(LABELS) ?? '').matchAll(/<labels>[^]*?<\/labels>/g))
    all.set(`labels/${/<fullName>(\w+)</.exec(label)?.[1] ?? ''}.label-meta.xml`, label);
  return all;
}

const isMetadata = (path: string): boolean => path.endsWith('-meta.xml');

/** A flow says what it does by what it lacks, too; of everything else the org tells defaults that no file names. */
function isSame(path: string, ours: string, theirs: string): boolean {
  if (!isMetadata(path)) return ours.trim() === theirs.trim();
  const [own, other] = [readXml(withoutSettings(path, ours)), readXml(withoutSettings(path, theirs))];
  return covers(other, own) && (!path.startsWith('flows/') || covers(own, other));
}

const typeIn = (text: string): string => /<type>(\w+)<\/type>/.exec(text)?.[1] ?? 'Formula';

/**
 * What the org has under the names of the metadata of a project.
 * @param isOurs components that an earlier deploy of ours put there, or that a person said are ours
 * @throws SetupFault when the org refuses to be read
 */
export async function compareWithOrg(
  sf: Sf,
  options: { project: string; alias: string; isOurs: (component: string) => boolean },
): Promise<Comparison> {
  const ours = withLabels(metadataFiles(options.project));
  const theirs = withLabels(await retrieve(sf, options.alias, new Set([...ours.keys()].map(componentOf))));
  const missing = new Set<string>();
  const other = new Set<string>();
  const clashes = new Map<string, Clash>();
  for (const [path, text] of ours) {
    const component = componentOf(path);
    const found = theirs.get(path);
    if (found === undefined) missing.add(component);
    else if (!isSame(path, text, found)) {
      other.add(component);
      const clash = clashOf(path, text, found, options.isOurs(component));
      if (clash !== null) clashes.set(component, clash);
    }
  }
  for (const path of theirs.keys())
    if (path.startsWith('lwc/') && !ours.has(path)) {
      const component = componentOf(path);
      other.add(component);
      if (!options.isOurs(component)) clashes.set(component, foreign(component));
    }
  return { missing: [...missing], other: [...other], clashes: [...clashes.values()] };
}

const foreign = (component: string): Clash => ({
  component,
  final: false,
  why: `The org has another one of this name. Rename or delete that one; or, if it is an earlier version of Billing 360, say so with --ours ${component}.`,
});

function clashOf(path: string, ours: string, theirs: string, isOurs: boolean): Clash | null {
  const component = componentOf(path);
  if (component.startsWith('CustomField:') && typeIn(ours) !== typeIn(theirs))
    return {
      component,
      final: true,
      why: `The org has a field of this name of type ${typeIn(theirs)}; ours is ${typeIn(ours)}. Move its values to another field and delete it, then deploy again.`,
    };
  return isOurs ? null : foreign(component);
}

/** Written here, because a start of the CLI takes seconds. */
function manifestOf(components: ReadonlySet<string>): string {
  const typeOf = (component: string): string => component.slice(0, component.indexOf(':'));
  const types = [...Map.groupBy(components, typeOf)].map(([type, named]) => {
    const members = named.map((component) => `<members>${component.slice(type.length + 1)}</members>`);
    return `<types>${members.join('')}<name>${type}</name></types>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<Package xmlns="http://soap.sforce.com/2006/04/metadata">${types.join('\n')}<version>${API_VERSION}</version></Package>`;
}

/** Files of those of the components that the org has, retrieved into a project of their own. */
async function retrieve(sf: Sf, alias: string, components: ReadonlySet<string>): Promise<Map<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'billing-360-org-'));
  try {
    mkdirSync(join(folder, SOURCE), { recursive: true });
    writeFileSync(
      join(folder, 'sfdx-project.json'),
      JSON.stringify({ packageDirectories: [{ path: 'force-app', default: true }], sourceApiVersion: API_VERSION }),
    );
    writeFileSync(join(folder, 'package.xml'), manifestOf(components));
    const args = ['--manifest', 'package.xml', '--target-org', alias, '--wait', '30'];
    const retrieved = await sf.in(folder).json(['project', 'retrieve', 'start', ...args]);
    const { success = false } = (retrieved.result ?? {}) as { success?: boolean };
    // What is not in the org is a warning of each component.
    if (retrieved.status !== 0 && !success)
      throw new SetupFault(`The org could not be compared with: ${retrieved.message}`);
    return metadataFiles(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
