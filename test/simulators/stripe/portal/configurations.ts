import { invalid } from '../protocol/errors.ts';
import { page, paging } from '../protocol/lists.ts';
import {
  array,
  clearable,
  flag,
  mergeMetadata,
  metadata,
  oneOf,
  required,
  shape,
  text,
  unsimulated,
  webUrl,
  type Read,
} from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { PortalConfiguration } from '../protocol/wire.ts';
import type { World } from '../world.ts';

const behavior = oneOf('always_invoice', 'create_prorations', 'none');

const features = shape({
  customer_update: shape({
    allowed_updates: clearable(array(oneOf('address', 'email', 'name', 'phone', 'shipping', 'tax_id'))),
    enabled: flag,
  }),
  invoice_history: shape({ enabled: flag }),
  payment_method_update: shape({ enabled: flag, payment_method_configuration: unsimulated }),
  subscription_cancel: shape({
    cancellation_reason: unsimulated,
    enabled: flag,
    mode: oneOf('at_period_end', 'immediately'),
    proration_behavior: behavior,
  }),
  subscription_pause: shape({ duration: unsimulated, enabled: flag }),
  subscription_update: shape({
    billing_cycle_anchor: oneOf('now', 'unchanged'),
    default_allowed_updates: clearable(array(oneOf('price', 'promotion_code', 'quantity'))),
    enabled: flag,
    products: unsimulated,
    proration_behavior: behavior,
    schedule_at_period_end: unsimulated,
    trial_update_behavior: unsimulated,
  }),
});

const fields = {
  active: flag,
  business_profile: shape({ headline: clearable(text), privacy_policy_url: webUrl, terms_of_service_url: webUrl }),
  default_return_url: clearable(webUrl),
  features,
  login_page: shape({ enabled: flag }),
  metadata,
  name: clearable(text),
};

function blank(world: World, isDefault: boolean): PortalConfiguration {
  return {
    id: world.id('bpc'),
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    created: world.now(),
    default_return_url: null,
    features: {
      customer_update: { allowed_updates: [], enabled: false },
      invoice_history: { enabled: isDefault },
      payment_method_update: { enabled: isDefault, payment_method_configuration: null },
      subscription_cancel: {
        cancellation_reason: { enabled: false, feedback_options: null, options: [] },
        enabled: isDefault,
        mode: 'at_period_end',
        proration_behavior: 'none',
      },
      subscription_pause: { duration: { interval_options: [], type: 'indefinite' }, enabled: false },
      subscription_update: {
        billing_cycle_anchor: null,
        default_allowed_updates: [],
        enabled: false,
        proration_behavior: 'none',
        schedule_at_period_end: { conditions: [] },
        trial_update_behavior: 'end_trial',
      },
    },
    is_default: isDefault,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: {},
    name: null,
    updated: world.now(),
  };
}

/** The configuration that a person saved in the dashboard: cancel at the period's end, change the card, see invoices. */
export function defaultConfiguration(world: World): PortalConfiguration {
  return (
    world.all('portalConfigurations').find((one) => one.is_default) ??
    world.insert('portalConfigurations', blank(world, true))
  );
}

function assign(world: World, one: PortalConfiguration, params: Read<typeof fields>): void {
  const { features: wanted = {}, business_profile: profile, login_page: login, metadata: meta, ...plain } = params;
  Object.assign(one, plain, { updated: world.now() });
  Object.assign(one.business_profile, profile);
  for (const [name, feature] of Object.entries(wanted)) {
    const known = one.features[name as keyof typeof one.features];
    Object.assign(known, Object.fromEntries(Object.entries(feature ?? {}).map(([key, value]) => [key, value ?? []])));
  }
  if (login?.enabled !== undefined)
    one.login_page = { enabled: login.enabled, url: login.enabled ? `${world.url}/p/login/${one.id}` : null };
  one.metadata = mergeMetadata(one.metadata ?? {}, meta);
}

export function addConfigurationRoutes(routes: Routes, world: World): void {
  const find = (id: string | undefined) => world.get('portalConfigurations', id ?? '');
  routes.post('/v1/billing_portal/configurations', fields, ({ params }) => {
    required(params.features, 'features');
    const made = blank(world, false);
    assign(world, made, params);
    return world.insert('portalConfigurations', made, 'billing_portal.configuration.created');
  });
  routes.get('/v1/billing_portal/configurations', { ...paging, active: flag, is_default: flag }, ({ params }) =>
    page(
      '/v1/billing_portal/configurations',
      world.all('portalConfigurations'),
      (one) =>
        (params.active === undefined || one.active === params.active) &&
        (params.is_default === undefined || one.is_default === params.is_default),
      params,
    ),
  );
  routes.get('/v1/billing_portal/configurations/:id', {}, ({ path }) => find(path['id']));
  routes.post('/v1/billing_portal/configurations/:id', fields, ({ path, params }) => {
    const found = find(path['id']);
    if (params.active === false && found.is_default)
      throw invalid('You cannot deactivate the default configuration.', 'active');
    return world.change(found, 'billing_portal.configuration.updated', (one) => assign(world, one, params));
  });
}
