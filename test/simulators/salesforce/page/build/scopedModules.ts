import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rollup';
import type { Schema } from '../../org/schema/schema.ts';
import { packageFolder } from './inputHash.ts';

/** What `@salesforce/schema/<path>` imports; throws in plain words when the org has no such object or field. */
export function schemaImport(schema: Schema, path: string): object {
  const [objectName = '', ...steps] = path.split('.');
  const object = schema.object(objectName);
  if (object?.name !== objectName) throw new Error(`the org has no object ${objectName}`);
  let at = object;
  for (const [index, step] of steps.entries()) {
    const last = index === steps.length - 1;
    const field = last ? schema.field(at, step) : schema.relationship(at, step);
    if (!field || (last ? field.name : field.reference?.relationshipName) !== step)
      throw new Error(`${at.name} has no ${last ? 'field' : 'relationship'} ${step}`);
    const target = field.reference?.to[0];
    if (!last) at = schema.object(target ?? '') ?? at;
  }
  return steps.length === 0
    ? { objectApiName: objectName }
    : { fieldApiName: steps.join('.'), objectApiName: objectName };
}

/** Locale values and the form factor come with the base components. */
const STANDARD = join(packageFolder('lightning-base-components'), 'scopedImports');

const PREFIX = '\0scoped:';

/**
 * The `@salesforce/*` modules of our own bundles, made from the package's metadata (LWC guide, "@salesforce Modules").
 * Something that the metadata lacks fails the build with the name of the importing file, as a deploy would.
 */
export function scopedModules(
  schema: Schema,
  labels: ReadonlyMap<string, string>,
  customPermissions: ReadonlySet<string>,
  pageConfig: string,
): Plugin {
  const code = (id: string): string => {
    const [, kind, name] = /^@salesforce\/(\w+)\/(.+)$/.exec(id) ?? [];
    if (kind === 'schema' && name) return `export default ${JSON.stringify(schemaImport(schema, name))};`;
    if (kind === 'label' && name?.startsWith('c.')) {
      const label = labels.get(name.slice(2));
      if (label === undefined) throw new Error(`there is no custom label ${name.slice(2)}`);
      return `export default ${JSON.stringify(label)};`;
    }
    if (kind === 'customPermission' && name) {
      if (!customPermissions.has(name)) throw new Error(`there is no custom permission ${name}`);
      return `import { config } from ${JSON.stringify(pageConfig)}; export default config.customPermissions.includes(${JSON.stringify(name)}) ? true : undefined;`;
    }
    if (kind === 'user' && (name === 'Id' || name === 'isGuest'))
      return `import { config } from ${JSON.stringify(pageConfig)}; export default ${name === 'Id' ? 'config.userId' : 'false'};`;
    if (id === '@salesforce/i18n/timeZone')
      return `import { config } from ${JSON.stringify(pageConfig)}; export default config.timeZone;`;
    throw new Error(`${id} is not supported by the simulated org`);
  };
  return {
    name: 'salesforce-scoped-modules',
    resolveId(id, importer) {
      if (!id.startsWith('@salesforce/')) return null;
      const standard = join(STANDARD, `${id.replaceAll('/', '-')}.js`);
      if (/^@salesforce\/(i18n\/(?!timeZone)|client\/)/.test(id) && existsSync(standard)) return standard;
      try {
        code(id);
      } catch (error) {
        this.error(`${importer}: import of ${id}: ${error instanceof Error ? error.message : String(error)}`);
      }
      return PREFIX + id;
    },
    load: (id) => (id.startsWith(PREFIX) ? code(id.slice(PREFIX.length)) : null),
  };
}
