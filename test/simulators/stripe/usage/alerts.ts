import { invalid } from '../protocol/errors.ts';
import { page, paging } from '../protocol/lists.ts';
import { array, integer, oneOf, required, shape, text } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { Alert, Meter } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { usageOf } from './meters.ts';

/** Tells once, for each customer, that usage of a meter has reached a threshold. */
export function checkAlerts(world: World, meter: Meter, customer: string): void {
  for (const alert of world.all('alerts')) {
    const threshold = alert.usage_threshold;
    if (alert.status !== 'active' || threshold?.meter !== meter.id) continue;
    const only = (threshold.filters ?? []).flatMap((filter) => filter.customer ?? []);
    if (only.length > 0 && !only.includes(customer)) continue;
    const value = usageOf(world, meter, customer, { start: 0, end: Number.MAX_SAFE_INTEGER });
    if (value < threshold.gte || !world.once(`alert:${alert.id}:${customer}`)) continue;
    world.emit('billing.alert.triggered', {
      object: 'billing.alert_triggered',
      alert: structuredClone(alert),
      created: world.now(),
      customer,
      livemode: false,
      value,
    });
  }
}

export function addAlertRoutes(routes: Routes, world: World): void {
  const find = (id: string | undefined) => world.get('alerts', id ?? '');
  routes.post(
    '/v1/billing/alerts',
    {
      alert_type: oneOf('usage_threshold'),
      title: text,
      usage_threshold: shape({
        filters: array(shape({ customer: text, type: oneOf('customer') })),
        gte: integer,
        meter: text,
        recurrence: oneOf('one_time'),
      }),
    },
    ({ params }) => {
      const threshold = required(params.usage_threshold, 'usage_threshold');
      const meter = world.get('meters', required(threshold.meter, 'usage_threshold[meter]'), 'usage_threshold[meter]');
      const filters = (threshold.filters ?? []).map((filter) => ({
        customer: world.get('customers', required(filter.customer, 'usage_threshold[filters][customer]'), 'customer')
          .id,
        type: 'customer' as const,
      }));
      const alert: Alert = {
        id: world.id('alrt'),
        object: 'billing.alert',
        alert_type: required(params.alert_type, 'alert_type'),
        livemode: false,
        status: 'active',
        title: required(params.title, 'title'),
        usage_threshold: {
          filters: filters.length === 0 ? null : filters,
          gte: required(threshold.gte, 'usage_threshold[gte]'),
          meter: meter.id,
          recurrence: required(threshold.recurrence, 'usage_threshold[recurrence]'),
        },
      };
      return world.insert('alerts', alert);
    },
  );
  routes.get('/v1/billing/alerts', { ...paging, alert_type: oneOf('usage_threshold'), meter: text }, ({ params }) => {
    const rows = world.all('alerts').map((one) => ({ ...one, created: 0 }));
    const list = page(
      '/v1/billing/alerts',
      rows,
      (one) => params.meter === undefined || one.usage_threshold?.meter === params.meter,
      params,
    );
    return { ...list, data: list.data.map(({ created: _created, ...one }) => one) };
  });
  routes.get('/v1/billing/alerts/:id', {}, ({ path }) => find(path['id']));
  const setStatus = (status: 'active' | 'inactive' | 'archived') => (id: string | undefined) => {
    const alert = find(id);
    if (alert.status === 'archived') throw invalid('This alert is archived and can no longer be changed.');
    return world.change(alert, null, (one) => (one.status = status));
  };
  const [activate, deactivate, archive] = [setStatus('active'), setStatus('inactive'), setStatus('archived')];
  routes.post('/v1/billing/alerts/:id/activate', {}, ({ path }) => activate(path['id']));
  routes.post('/v1/billing/alerts/:id/deactivate', {}, ({ path }) => deactivate(path['id']));
  routes.post('/v1/billing/alerts/:id/archive', {}, ({ path }) => archive(path['id']));
}
