import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { METADATA_TYPES, type MetadataType } from '../types.ts';
import { metadataRoot, readXml, writeXml } from '../xml/document.ts';
import { keyOf, xmlOf, type Component, type Components } from './component.ts';
import { childrenIn, composed, decomposed } from './decompose.ts';

const META = '-meta.xml';

const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .sort()
    : [];

function bundles(root: string, type: MetadataType): Component[] {
  const folder = join(root, type.folder);
  const files = filesBelow(folder).filter((file) => !file.includes('__tests__/') && file.includes('/'));
  const names = [...new Set(files.map((file) => file.split('/')[0]!))];
  return names.flatMap((name): Component[] => {
    const own = files.filter((file) => file.startsWith(`${name}/`));
    const meta = `${name}/${name}.js${META}`;
    if (!own.includes(meta)) return [];
    const bytes = own.map((file): [string, Uint8Array] => [`${type.folder}/${file}`, readFileSync(join(folder, file))]);
    const text = readFileSync(join(folder, meta), 'utf8');
    return [{ type: type.name, fullName: name, fileName: `${type.folder}/${name}`, text, files: new Map(bytes) }];
  });
}

/** An object and what is its own lie in a folder of their own in source format. */
function objects(root: string, type: MetadataType): Component[] {
  const folder = join(root, type.folder);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.flatMap((name): Component[] => {
    const fileName = `${type.folder}/${name}.${type.suffix}`;
    const own = join(folder, name, `${name}.${type.suffix}${META}`);
    const text = existsSync(own) ? readFileSync(own, 'utf8') : writeXml(metadataRoot(type.name, []));
    const children = Object.values(type.children!).flatMap((child) => {
      const ending = `.${child.suffix}${META}`;
      return filesBelow(join(folder, name, child.folder!))
        .filter((file) => file.endsWith(ending))
        .map((file): Component => ({
          type: child.type,
          fullName: `${name}.${file.slice(0, -ending.length)}`,
          fileName,
          text: readFileSync(join(folder, name, child.folder!, file), 'utf8'),
        }));
    });
    return [{ type: type.name, fullName: name, fileName, text }, ...children];
  });
}

function plainFiles(root: string, type: MetadataType): Component[] {
  const ending = `.${type.suffix}${META}`;
  return filesBelow(join(root, type.folder)).flatMap((file): Component[] => {
    const isFolder = type.inFolder === true && file.endsWith(`.${type.suffix}Folder${META}`);
    const end = isFolder ? `.${type.suffix}Folder${META}` : ending;
    if (!file.endsWith(end)) return [];
    const fullName = file.slice(0, -end.length);
    const fileName = `${type.folder}/${isFolder ? `${fullName}${META}` : file.slice(0, -META.length)}`;
    const text = readFileSync(join(root, type.folder, file), 'utf8');
    if (!type.children) return [{ type: type.name, fullName, fileName, text }];
    return decomposed(type, fullName, fileName, readXml(text));
  });
}

/** Reads what a folder in the format of `force-app/main/default` holds of these types; other files are left out. */
export function readSourceFolder(root: string, types: readonly MetadataType[] = METADATA_TYPES): Components {
  const all = types.flatMap((type) =>
    type.name === 'CustomObject'
      ? objects(root, type)
      : type.suffix === undefined
        ? bundles(root, type)
        : plainFiles(root, type),
  );
  return new Map(all.map((component) => [keyOf(component.type, component.fullName), component]));
}

/** Path of a component that has a file of its own in source format, null for those inside the file of another. */
export function sourcePath(component: Component): string | null {
  const type = METADATA_TYPES.find((one) => one.name === component.type);
  if (type) {
    if (type.name === 'CustomObject') return `objects/${component.fullName}/${component.fullName}.object${META}`;
    if (isFolderFile(component)) return `${type.folder}/${component.fullName}.${type.suffix}Folder${META}`;
    return `${component.fileName}${type.suffix === undefined ? '' : META}`;
  }
  const child = Object.values(METADATA_TYPES.find((one) => one.name === 'CustomObject')!.children!).find(
    (one) => one.type === component.type,
  );
  const [object = '', ...name] = component.fullName.split('.');
  return child ? `objects/${object}/${child.folder}/${name.join('.')}.${child.suffix}${META}` : null;
}

/** A folder of reports or dashboards, which lies beside them. */
export const isFolderFile = (component: Component): boolean => component.fileName.endsWith(META);

/** Writes everything into a new folder in the format of `force-app/main/default`. */
export function writeSourceFolder(root: string, components: Components): void {
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  mkdirSync(root, { recursive: true });
  for (const component of components.values()) {
    for (const [path, bytes] of component.files ?? []) write(path, bytes);
    const path = component.files ? null : sourcePath(component);
    if (path === null) continue;
    const type = METADATA_TYPES.find((one) => one.name === component.type);
    const isObject = component.type === 'CustomObject';
    // A standard object of which nothing is set has no file of its own.
    if (isObject && xmlOf(component).children.length === 0) continue;
    const children = type?.children && !isObject ? childrenIn(components, type, component) : [];
    write(path, children.length > 0 ? composed(type!, component, children) : component.text);
  }
}
