import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { XMLParser } from 'fast-xml-parser';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const SOURCE = join(ROOT, 'force-app/main/default');
export const LWC = join(SOURCE, 'lwc');

type Project = { sourceApiVersion: string };
export const API_VERSION = (JSON.parse(readFileSync(join(ROOT, 'sfdx-project.json'), 'utf8')) as Project)
  .sourceApiVersion;

/** Metadata as parsed: texts, objects and lists of them. */
export type Xml = { [name: string]: string | Xml | (string | Xml)[] | undefined };

const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: true, ignoreDeclaration: true });

/** Root element of a metadata file below force-app/main/default. */
export function readMetadata(path: string): Xml {
  const [root] = Object.values(parser.parse(readFileSync(join(SOURCE, path), 'utf8')) as Record<string, Xml>);
  if (!root) {
    throw new Error(`${path} is empty`);
  }
  return root;
}

/** The children of a name, whether there are none, one or many. */
export function list(parent: Xml, name: string): Xml[] {
  const value = parent[name];
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]) as Xml[];
}

/** Names of the bundles. */
export function bundles(): string[] {
  return readdirSync(LWC, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(LWC, entry.name, `${entry.name}.js-meta.xml`)))
    .map((entry) => entry.name);
}

/** Every file of the package, relative to force-app/main/default. */
export function packageFiles(): string[] {
  return readdirSync(SOURCE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(SOURCE, join(entry.parentPath, entry.name)))
    .sort();
}

export type CustomField = { object: string; name: string; xml: Xml };

/** Every custom field of every object. */
export function customFields(): CustomField[] {
  return packageFiles().flatMap((path) => {
    const match = /^objects\/([^/]+)\/fields\/([^/]+)\.field-meta\.xml$/.exec(path);
    return match?.[1] && match[2] ? [{ object: match[1], name: match[2], xml: readMetadata(path) }] : [];
  });
}

/** Every object that the package has a folder for, standard ones too. */
export function objects(): string[] {
  return readdirSync(join(SOURCE, 'objects'));
}
