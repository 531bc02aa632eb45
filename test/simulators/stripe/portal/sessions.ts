import { invalid } from '../protocol/errors.ts';
import { oneOf, required, shape, text, unsimulated, webUrl, type Read } from '../protocol/params.ts';
import type { Routes } from '../protocol/protocol.ts';
import type { PortalConfiguration, PortalSession } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { addConfigurationRoutes, defaultConfiguration } from './configurations.ts';

const flowData = shape({
  after_completion: shape({
    hosted_confirmation: shape({ custom_message: text }),
    redirect: shape({ return_url: webUrl }),
    type: oneOf('hosted_confirmation', 'portal_homepage', 'redirect'),
  }),
  subscription_cancel: shape({ retention: unsimulated, subscription: text }),
  subscription_pause: unsimulated,
  subscription_update: shape({ subscription: text }),
  subscription_update_confirm: unsimulated,
  type: oneOf('customer_update', 'payment_method_update', 'subscription_cancel', 'subscription_update'),
});

type Flow = NonNullable<PortalSession['flow']>;

function flowOf(
  world: World,
  customer: string,
  configuration: PortalConfiguration,
  data: Read<Record<'flow', typeof flowData>>['flow'],
): Flow | null {
  if (!data) return null;
  const type = required(data.type, 'flow_data[type]');
  if (!configuration.features[type].enabled)
    throw invalid(
      `This flow needs the feature ${type}, which is not enabled in your portal configuration.`,
      'flow_data[type]',
    );
  const subscriptionOf = (name: 'subscription_cancel' | 'subscription_update') => {
    const param = `flow_data[${name}][subscription]`;
    const found = world.get('subscriptions', required(data[name]?.subscription, param), param);
    if (found.customer !== customer)
      throw invalid('The subscription must belong to the customer of the session.', param);
    return found.id;
  };
  const after = data.after_completion;
  return {
    after_completion: {
      hosted_confirmation:
        after?.type === 'hosted_confirmation'
          ? { custom_message: after.hosted_confirmation?.custom_message ?? null }
          : null,
      redirect:
        after?.type === 'redirect'
          ? { return_url: required(after.redirect?.return_url, 'flow_data[after_completion][redirect][return_url]') }
          : null,
      type: after?.type ?? 'portal_homepage',
    },
    customer_update: type === 'customer_update' ? {} : null,
    subscription_cancel:
      type === 'subscription_cancel' ? { retention: null, subscription: subscriptionOf(type) } : null,
    subscription_pause: null,
    subscription_update: type === 'subscription_update' ? { subscription: subscriptionOf(type) } : null,
    subscription_update_confirm: null,
    type,
  };
}

export function addPortalRoutes(routes: Routes, world: World): void {
  addConfigurationRoutes(routes, world);
  routes.post(
    '/v1/billing_portal/sessions',
    {
      after_expiration: unsimulated,
      configuration: text,
      customer: text,
      flow_data: flowData,
      locale: text,
      on_behalf_of: unsimulated,
      return_url: webUrl,
    },
    ({ params }) => {
      const customer = world.get('customers', required(params.customer, 'customer'), 'customer');
      const configuration =
        params.configuration === undefined
          ? defaultConfiguration(world)
          : world.get('portalConfigurations', params.configuration, 'configuration');
      if (!configuration.active) throw invalid('The configuration of this session is not active.', 'configuration');
      const flow = flowOf(world, customer.id, configuration, params.flow_data);
      const session: PortalSession = {
        id: world.id('bps'),
        object: 'billing_portal.session',
        configuration: configuration.id,
        created: world.now(),
        customer: customer.id,
        customer_account: null,
        flow,
        livemode: false,
        locale: params.locale ?? null,
        on_behalf_of: null,
        return_url: params.return_url ?? configuration.default_return_url,
        url: `${world.url}/p/session/test_${world.id('k', 48).slice(2)}`,
      };
      return world.insert('portalSessions', session, 'billing_portal.session.created');
    },
  );
}
