import { XMLParser } from 'fast-xml-parser';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type PageComponent = {
  kind: 'component';
  /** `c:billing360`, `force:highlightsPanel`. */
  name: string;
  properties: Record<string, string>;
  /** Properties that are lists, such as the actions of a highlights panel. */
  lists?: Record<string, string[]>;
  /** Shown only under a condition, which the simulated org does not work out. */
  conditional: boolean;
};
export type PageTabs = { kind: 'tabs'; tabs: { title: string; items: PageItem[] }[] };
export type PageItem = PageComponent | PageTabs;

/** A record page as laid out by an admin. Regions are in the order of the template. */
export type RecordPage = { label: string; sobjectType: string; regions: { name: string; items: PageItem[] }[] };

type Instance = {
  componentName: string;
  componentInstanceProperties?: {
    name: string;
    value?: string;
    valueList?: { valueListItems?: { value: string }[] };
  }[];
  visibilityRule?: unknown;
};
type Region = { name: string; type: string; itemInstances?: { componentInstance?: Instance }[] };
type File = {
  FlexiPage?: {
    masterLabel: string;
    sobjectType?: string;
    type: string;
    template: { name: string };
    flexiPageRegions?: Region[];
  };
};

/** Regions by template (Metadata API, FlexiPage; names as App Builder writes them). */
const TEMPLATES: Record<string, readonly string[]> = {
  'flexipage:recordHomeTemplateDesktop': ['header', 'main', 'sidebar'],
  'flexipage:recordHomeSingleColNoHeaderTemplateDesktop': ['main'],
  'flexipage:recordHomeThreeColTemplateDesktop': ['header', 'leftsidebar', 'main', 'rightsidebar'],
};

/** Titles that App Builder stores by name. */
const STANDARD_TITLES: Record<string, string> = {
  'Standard.Tab.detail': 'Details',
  'Standard.Tab.relatedLists': 'Related',
  'Standard.Tab.activity': 'Activity',
};

const LISTS = new Set(['flexiPageRegions', 'itemInstances', 'componentInstanceProperties', 'valueListItems']);
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => LISTS.has(name) });

/** @throws Error that names the file when its template or a facet is not known */
export function readFlexiPage(path: string): RecordPage | null {
  const page = (parser.parse(readFileSync(path, 'utf8')) as File).FlexiPage;
  if (!page) throw new Error(`${path}: is no FlexiPage`);
  if (page.type !== 'RecordPage' || page.sobjectType === undefined) return null;
  const names = TEMPLATES[page.template.name];
  if (!names) throw new Error(`${path}: the template ${page.template.name} is not supported by the simulated org`);
  const regions = new Map((page.flexiPageRegions ?? []).map((region) => [region.name, region]));

  const itemsOf = (region: Region | undefined): PageItem[] =>
    (region?.itemInstances ?? []).flatMap(({ componentInstance }) => componentInstance ?? []).map(itemOf);
  const facet = (name: string | undefined): Region => {
    const found = regions.get(name ?? '');
    if (found?.type !== 'Facet') throw new Error(`${path}: there is no facet ${name}`);
    return found;
  };
  const itemOf = (instance: Instance): PageItem => {
    const properties = Object.fromEntries(
      (instance.componentInstanceProperties ?? []).map(({ name, value = '' }) => [name, value]),
    );
    if (instance.componentName === 'flexipage:tabset')
      return { kind: 'tabs', tabs: itemsOf(facet(properties['tabs'])).map(tabOf) };
    const name = instance.componentName.includes(':') ? instance.componentName : `c:${instance.componentName}`;
    const lists = (instance.componentInstanceProperties ?? []).flatMap(({ name: list, valueList }) =>
      valueList ? [[list, (valueList.valueListItems ?? []).map(({ value }) => value)] as const] : [],
    );
    const conditional = instance.visibilityRule !== undefined;
    return {
      kind: 'component',
      name,
      properties,
      conditional,
      ...(lists.length > 0 ? { lists: Object.fromEntries(lists) } : {}),
    };
  };
  const tabOf = (item: PageItem): PageTabs['tabs'][number] => {
    if (item.kind !== 'component' || item.name !== 'flexipage:tab')
      throw new Error(`${path}: a tabset holds only tabs`);
    const title = item.properties['title'] ?? '';
    return { title: STANDARD_TITLES[title] ?? title, items: itemsOf(facet(item.properties['body'])) };
  };

  for (const { name, type } of regions.values())
    if (type === 'Region' && !names.includes(name))
      throw new Error(`${path}: the template ${page.template.name} has no region ${name}`);
  return {
    label: page.masterLabel,
    sobjectType: page.sobjectType,
    regions: names.map((name) => ({ name, items: itemsOf(regions.get(name)) })).filter(({ items }) => items.length > 0),
  };
}

/** Record pages of the package by object; the first by file name where an object has several. */
export function readRecordPages(forceApp: string): Map<string, RecordPage> {
  const folder = join(forceApp, 'flexipages');
  const pages = new Map<string, RecordPage>();
  for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
    const page = name.endsWith('.flexipage-meta.xml') ? readFlexiPage(join(folder, name)) : null;
    if (page && !pages.has(page.sobjectType)) pages.set(page.sobjectType, page);
  }
  return pages;
}

/** What a record of an object without a page of its own gets. */
export function standardPage(sobjectType: string): RecordPage {
  const component = (name: string): PageItem => ({ kind: 'component', name, properties: {}, conditional: false });
  return {
    label: sobjectType,
    sobjectType,
    regions: [
      { name: 'header', items: [component('force:highlightsPanel')] },
      { name: 'main', items: [component('force:detailPanel'), component('force:relatedListContainer')] },
    ],
  };
}
