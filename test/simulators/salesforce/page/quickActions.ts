import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MetadataFile } from '../org/schema/metadata.ts';

/** A button of a record page that runs a screen flow with the id of the record. */
export type QuickAction = { name: string; label: string; flow: string };

/**
 * Reads an action that a page names (`Account.Billing_Refresh`; Metadata API, "QuickAction").
 * @returns why it cannot be shown on a page of this object, instead of the action
 * @throws Error that names the file when it holds what the simulated org does not know
 */
export function readQuickAction(forceApp: string, name: string, object: string): QuickAction | { refusal: string } {
  const path = join(forceApp, 'quickActions', `${name}.quickAction-meta.xml`);
  if (!existsSync(path)) return { refusal: 'there is no such quick action' };
  if (!name.startsWith(`${object}.`)) return { refusal: `it is no action of ${object}` };
  const file = new MetadataFile(path, 'QuickAction');
  file.allow(file.root, ['description', 'flowDefinition', 'label', 'optionsCreateFeedItem', 'type']);
  if (file.need(file.root, 'type') !== 'Flow') return { refusal: 'only actions of type Flow are supported' };
  const flow = file.need(file.root, 'flowDefinition');
  if (!existsSync(join(forceApp, 'flows', `${flow}.flow-meta.xml`))) return { refusal: `there is no flow ${flow}` };
  return { name, label: file.need(file.root, 'label'), flow };
}
