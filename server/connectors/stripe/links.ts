/** Addresses of objects in the Stripe dashboard. */
export type StripeLinks = {
  customer(id: string): string;
  subscription(id: string): string;
  schedule(id: string): string;
  invoice(id: string): string;
  payment(id: string): string;
};

/** @param dashboardUrl such as `https://dashboard.stripe.com` or, for test mode, `https://dashboard.stripe.com/test` */
export function stripeLinks(dashboardUrl = 'https://dashboard.stripe.com'): StripeLinks {
  const base = dashboardUrl.replace(/\/+$/, '');
  return {
    customer: (id) => `${base}/customers/${id}`,
    subscription: (id) => `${base}/subscriptions/${id}`,
    schedule: (id) => `${base}/subscription_schedules/${id}`,
    invoice: (id) => `${base}/invoices/${id}`,
    payment: (id) => `${base}/payments/${id}`,
  };
}
