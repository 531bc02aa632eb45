import { XMLParser } from 'fast-xml-parser';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Property = { '@_name': string; '@_type': string; '@_default'?: string };
type Target = { '@_targets': string; property?: Property[]; objects?: { object?: string[] } };
type File = {
  LightningComponentBundle?: {
    isExposed?: string;
    targets?: { target?: string[] };
    targetConfigs?: { targetConfig?: Target[] };
  };
};

const LISTS = new Set(['target', 'targetConfig', 'property', 'object']);
const parser = new XMLParser({
  parseTagValue: false,
  ignoreAttributes: false,
  parseAttributeValue: false,
  isArray: (name) => LISTS.has(name),
});

/** Values for a bundle on a record page by the types in its configuration file, or why it may not stand there. */
export type Placement = { properties: Record<string, string | number | boolean> } | { refusal: string };

function typed({ '@_type': type }: Property, value: string): string | number | boolean {
  if (type === 'Boolean') return value === 'true';
  return type === 'Integer' ? Number(value) : value;
}

/** A bundle must be exposed to record pages and to this object (LWC guide, "XML Configuration File Elements"). */
export function placeBundle(
  forceApp: string,
  name: string,
  object: string,
  given: Readonly<Record<string, string>>,
): Placement {
  const path = join(forceApp, 'lwc', name, `${name}.js-meta.xml`);
  if (!existsSync(path)) return { refusal: 'there is no such component' };
  const bundle = (parser.parse(readFileSync(path, 'utf8')) as File).LightningComponentBundle;
  if (bundle?.isExposed !== 'true' || !bundle.targets?.target?.includes('lightning__RecordPage'))
    return { refusal: 'it is not exposed to record pages' };
  const configs = (bundle.targetConfigs?.targetConfig ?? []).filter((config) =>
    config['@_targets'].split(',').some((target) => target.trim() === 'lightning__RecordPage'),
  );
  const objects = configs.flatMap((config) => config.objects?.object ?? []);
  if (objects.length > 0 && !objects.includes(object)) return { refusal: `it is not exposed to ${object}` };
  const known = new Map(configs.flatMap((config) => config.property ?? []).map((one) => [one['@_name'], one]));
  const unknown = Object.keys(given).find((property) => !known.has(property));
  if (unknown !== undefined) return { refusal: `it has no property ${unknown}` };
  const properties: Record<string, string | number | boolean> = {};
  for (const [property, definition] of known) {
    const value = given[property] ?? definition['@_default'];
    if (value !== undefined) properties[property] = typed(definition, value);
  }
  return { properties };
}
