import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MetadataFile } from './schema/metadata.ts';

/** Custom labels of a package by name; none when it has no such file. @throws Error that names the file */
export function readLabels(forceApp: string): Map<string, string> {
  const path = join(forceApp, 'labels/CustomLabels.labels-meta.xml');
  if (!existsSync(path)) return new Map();
  const file = new MetadataFile(path, 'CustomLabels');
  const labels = file.list(file.root, 'labels');
  return new Map(labels.map((label) => [file.need(label, 'fullName'), file.need(label, 'value')]));
}
