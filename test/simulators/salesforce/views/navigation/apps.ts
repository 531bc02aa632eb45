import { basename, join } from 'node:path';
import type { UserAccess } from '../../org/access.ts';
import { filesIn, MetadataFile } from '../../org/schema/metadata.ts';
import type { Schema } from '../../org/schema/schema.ts';

/** An entry of the navigation of an app; tabs of pages and components are named but lead nowhere. */
export type Tab = { name: string; label: string; url: string | null; object: string | null };
export type App = { name: string; label: string; tabs: Tab[] };

const TAB = '.tab-meta.xml';
const APP = '.app-meta.xml';

const APP_ELEMENTS = [
  ...['label', 'tabs', 'description', 'brand', 'formFactors', 'navType', 'uiType', 'utilityBar', 'setupExperience'],
  ...['isNavAutoTempTabsDisabled', 'isNavPersonalizationDisabled', 'isNavTabPersistenceDisabled', 'actionOverrides'],
  ...['profileActionOverrides', 'isOmniPinnedViewEnabled'],
];

/** Tabs of the platform that are no objects. */
const PLATFORM: Readonly<Record<string, { label: string; url: string }>> = {
  'standard-home': { label: 'Home', url: '/lightning/page/home' },
  'standard-report': { label: 'Reports', url: '/lightning/o/Report/home' },
  'standard-Dashboard': { label: 'Dashboards', url: '/lightning/o/Dashboard/home' },
};

function readTab(path: string, schema: Schema): Tab {
  const file = new MetadataFile(path, 'CustomTab');
  const { root } = file;
  file.allow(root, [
    ...['customObject', 'motif', 'label', 'description', 'icon', 'lwcComponent', 'flexiPage', 'hasSidebar', 'url'],
    ...['frameHeight', 'urlEncodingKey'],
  ]);
  const name = basename(path).slice(0, -TAB.length);
  if (!file.flag(root, 'customObject')) return { name, label: file.need(root, 'label'), url: null, object: null };
  const object = schema.object(name);
  if (!object) throw file.fault(`no CustomObject named ${name} found`);
  return { name, label: object.labelPlural, url: `/lightning/o/${object.name}/list`, object: object.name };
}

/** @returns null for a standard tab that the simulated org does not have */
function standardTab(schema: Schema, name: string): Tab | null {
  const platform = PLATFORM[name];
  if (platform) return { name, ...platform, object: null };
  const object = schema.object(name.slice('standard-'.length));
  return object
    ? { name, label: object.labelPlural, url: `/lightning/o/${object.name}/list`, object: object.name }
    : null;
}

/**
 * Lightning apps of the metadata with their tabs.
 * @throws Error that names the file when something in it is wrong
 */
export function readApps(forceApp: string, schema: Schema): App[] {
  const tabs = new Map(
    filesIn(join(forceApp, 'tabs')).map((path) => [basename(path).slice(0, -TAB.length), readTab(path, schema)]),
  );
  return filesIn(join(forceApp, 'applications')).map((path) => {
    const file = new MetadataFile(path, 'CustomApplication');
    file.allow(file.root, APP_ELEMENTS);
    const found = file.list(file.root, 'tabs').flatMap(({ text }): Tab[] => {
      if (text.startsWith('standard-')) return [standardTab(schema, text)].filter((tab) => tab !== null);
      const tab = tabs.get(text);
      if (!tab) throw file.fault(`In field: tab - no CustomTab named ${text} found`);
      return [tab];
    });
    return { name: basename(path).slice(0, -APP.length), label: file.need(file.root, 'label'), tabs: found };
  });
}

/** The app of an org without any that the user may open. */
const SALES = ['Account', 'Contact', 'Opportunity', 'Case'];

/** What the header of a page shows to a user: the first app that is visible to them, with the tabs that are. */
export function navigationOf(apps: readonly App[], schema: Schema, access: UserAccess): { label: string; tabs: Tab[] } {
  const app = apps.find(({ name }) => access.opensApp(name));
  const fallback = SALES.flatMap((name) => standardTab(schema, `standard-${name}`) ?? []);
  const { label, tabs } = app ?? { label: 'Sales', tabs: fallback };
  return {
    label,
    tabs: tabs.filter(({ name, object }) =>
      object === null
        ? name.startsWith('standard-') || access.showsTab(name)
        : access.readsObject(object) && (!schema.object(object)!.custom || access.showsTab(name)),
    ),
  };
}
