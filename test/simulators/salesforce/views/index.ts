import type { SimulatedOrg } from '../org/org.ts';
import type { Routes } from '../rest/wire/routes.ts';
import { addDashboards } from './dashboards/rest.ts';
import { addListViews } from './listViews/rest.ts';
import { addReports } from './reports/rest.ts';
import type { Views } from './views.ts';

/** List views and the Analytics API over REST. */
export function addViews(routes: Routes, org: SimulatedOrg, views: Views): void {
  addListViews(routes, org, views);
  addReports(routes, org, views);
  addDashboards(routes, org, views);
}
