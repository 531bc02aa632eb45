import * as integrations from './integrations.ts';
import * as objects from './objects.ts';
import * as pages from './pages.ts';
import * as reports from './reports.ts';
import type { Check } from './view.ts';

/**
 * What is asked of a component beside what the readers of objects, permission sets, flows and services refuse: by type,
 * the first name in it that refers to nothing.
 */
export const CHECKS: Readonly<Record<string, Check>> = {
  ListView: objects.listView,
  FieldSet: objects.fieldSet,
  CompactLayout: objects.compactLayout,
  RecordType: objects.recordType,
  FlexiPage: pages.flexiPage,
  Layout: pages.layout,
  QuickAction: pages.quickAction,
  CustomTab: pages.customTab,
  CustomApplication: pages.customApplication,
  Report: reports.report,
  Dashboard: reports.dashboard,
  ReportType: reports.reportType,
  DuplicateRule: integrations.duplicateRule,
  MatchingRule: integrations.matchingRule,
};

/** Asked before anything is compiled, since they need no schema. */
export const NAME_CHECKS: Readonly<Record<string, Check>> = {
  NamedCredential: integrations.namedCredential,
  ExternalServiceRegistration: integrations.externalService,
};
