import { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { Reader } from '../../views/criteria/columns.ts';
import type { Component, Dashboard } from '../../views/dashboards/dashboard.ts';
import { componentData, componentReport, dashboardReader, type ComponentData } from '../../views/dashboards/run.ts';
import { runReport } from '../../views/reports/run.ts';
import type { Views } from '../../views/views.ts';
import { escapeHtml } from '../html.ts';
import { reportTable } from './report.ts';

const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const SERIES = 4;

/** Bars by the first summary, a part in a shade of its own for each second group. */
function bars({ points }: ComponentData): string {
  const sizes = points.map(({ values }) => Math.abs(number(values[0]?.value)));
  const most = Math.max(1, ...sizes);
  const series = [...new Set(points.flatMap(({ parts }) => parts.map(({ group }) => group.label)))].sort();
  const shade = (label: string): number => series.indexOf(label) % SERIES;
  const rows = points.map(({ group, values, parts }, at) => {
    const segments =
      parts.length === 0
        ? `<span class="host-bar" style="width:${((100 * sizes[at]!) / most).toFixed(2)}%"></span>`
        : parts
            .map((part) => {
              const width = ((100 * Math.abs(number(part.values[0]?.value))) / most).toFixed(2);
              return `<span class="host-bar host-bar-${shade(part.group.label)}" style="width:${width}%"></span>`;
            })
            .join('');
    const inner = parts.map((part) => `${part.group.label} ${part.values[0]?.label ?? '-'}`).join(', ');
    const figure = `${values[0]?.label ?? '-'}${inner === '' ? '' : ` (${inner})`}`;
    return `<tr><th scope="row">${escapeHtml(group.label)}</th><td class="host-bars">${segments}</td><td class="host-number">${escapeHtml(figure)}</td></tr>`;
  });
  return `<table class="host-chart"><tbody>${rows.join('')}</tbody></table>`;
}

/** @throws RequestFault FORBIDDEN when permissions let the user not run the report */
function content(reader: Reader, views: Views, component: Component): string {
  switch (component.type) {
    case 'Metric':
    case 'Gauge':
      return `<p class="host-metric">${escapeHtml(componentData(reader, views, component).total[0]?.label ?? '-')}</p>`;
    case 'Table':
    case 'FlexTable': {
      const report = componentReport(reader, views, component);
      return reportTable(reader, report, runReport(reader, report, true));
    }
    default:
      return bars(componentData(reader, views, component));
  }
}

function tile(reader: Reader | null, views: Views, component: Component): string {
  const { place, header, title, footer } = component;
  let inner: string;
  try {
    inner = reader
      ? content(reader, views, component)
      : '<p class="host-notice">The running user of this dashboard is not active.</p>';
  } catch (error) {
    if (!(error instanceof RequestFault)) throw error;
    inner = `<p class="host-notice">${escapeHtml(error.message)}</p>`;
  }
  const text = (tag: string, value: string | null): string => (value ? `<${tag}>${escapeHtml(value)}</${tag}>` : '');
  const area = `grid-column: ${place.column + 1} / span ${place.width}; order: ${place.row * 100 + place.column}`;
  return `<section class="slds-card host-tile" style="${area}" data-type="${component.type}">${text('h2', header ?? title)}${header ? text('p', title) : ''}${inner}${text('footer', footer)}</section>`;
}

/** Tiles of a dashboard with the data of whoever it runs as. */
export function dashboardHtml(org: SimulatedOrg, views: Views, dashboard: Dashboard, userId: string): string {
  const reader = dashboardReader(org, dashboard, userId);
  const viewing = String(org.get('User', reader?.access.userId ?? '')?.['Name'] ?? 'nobody');
  const tiles = dashboard.components.map((component) => tile(reader, views, component));
  return `<main class="host-page"><h1 class="slds-text-heading_medium">${escapeHtml(dashboard.title)}</h1><p class="host-more">${escapeHtml(`${dashboard.description ?? ''} • viewing as ${viewing}`)}</p><div class="host-dashboard" style="--columns: ${dashboard.columns}">${tiles.join('')}</div></main>`;
}
