import type { Request, Response, Router } from 'express';
import { RequestFault } from '../../org/errors.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import { readerOf } from '../../views/criteria/columns.ts';
import type { Views } from '../../views/views.ts';
import { dashboardHtml } from './dashboard.ts';
import { links } from './html.ts';
import { listHtml } from './list.ts';
import { reportHtml } from './report.ts';
import { searchHtml } from './search.ts';

export type PageAnswers = {
  /** Who looks; null once the request is answered. */
  viewer(req: Request, res: Response): string | null;
  /** A page that only says something. */
  show(req: Request, res: Response, userId: string, status: number, heading: string, text: string): void;
  send(req: Request, res: Response, userId: string, title: string, body: string): void;
};

const PROBLEM = "Looks like there's a problem";
const GONE = "This page isn't available or you don't have access to it. Ask your administrator for help.";

/** Pages of list views, reports, dashboards and search; each shows what the user may see and no more. */
export function addViewPages(routes: Router, org: SimulatedOrg, views: Views, answers: PageAnswers): void {
  const page = (
    path: string,
    render: (req: Request, userId: string) => { title: string; body: string } | null,
  ): void => {
    routes.get(path, (req, res) => {
      const userId = answers.viewer(req, res);
      if (userId === null) return;
      try {
        const rendered = render(req, userId);
        if (rendered) answers.send(req, res, userId, rendered.title, rendered.body);
        else answers.show(req, res, userId, 404, PROBLEM, GONE);
      } catch (error) {
        if (!(error instanceof RequestFault)) throw error;
        answers.show(req, res, userId, 200, PROBLEM, error.message);
      }
    });
  };
  page('/lightning/o/Report/home', (_req, userId) => ({
    title: 'Reports',
    body: links(
      'Reports',
      views.visible('Report', userId).map(({ record, view }) => ({
        url: `/lightning/r/Report/${record.Id}/view`,
        label: view.name,
        more: view.folder.label,
      })),
    ),
  }));
  page('/lightning/o/Dashboard/home', (_req, userId) => ({
    title: 'Dashboards',
    body: links(
      'Dashboards',
      views.visible('Dashboard', userId).map(({ record, view }) => ({
        url: `/lightning/r/Dashboard/${record.Id}/view`,
        label: view.title,
        more: view.folder.label,
      })),
    ),
  }));
  page('/lightning/o/:object/list', (req, userId) => {
    const object = org.object(String(req.params['object']));
    if (!object || !org.accessOf(userId).readsObject(object.name)) return null;
    const shown = views.visible('ListView', userId).filter(({ view }) => view.object === object);
    const wanted = req.query['filterName'];
    const one =
      wanted === undefined
        ? (shown.find(({ view }) => /^All/.test(view.developerName)) ?? shown[0])
        : shown.find(({ record, view }) => view.developerName === wanted || record.Id === wanted);
    if (!one) return null;
    return {
      title: one.view.label,
      body: listHtml(
        readerOf(org, userId),
        one.view,
        shown.map(({ view }) => view),
        views.recent(userId, object),
      ),
    };
  });
  page('/lightning/r/Report/:id/view', (req, userId) => {
    const one = views.find('Report', String(req.params['id']), userId);
    return one && { title: one.view.name, body: reportHtml(readerOf(org, userId), one.view) };
  });
  page('/lightning/r/Dashboard/:id/view', (req, userId) => {
    const one = views.find('Dashboard', String(req.params['id']), userId);
    return one && { title: one.view.title, body: dashboardHtml(org, views, one.view, userId) };
  });
  page('/lightning/search', (req, userId) => {
    const term = typeof req.query['term'] === 'string' ? req.query['term'].trim() : '';
    return { title: 'Search', body: searchHtml(readerOf(org, userId), term) };
  });
}
