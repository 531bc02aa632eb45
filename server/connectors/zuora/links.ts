/** Addresses of records in Zuora's interface. */
export type ZuoraLinks = {
  account(id: string): string;
  subscription(number: string): string;
  invoice(id: string): string;
  payment(id: string): string;
};

/** @param uiUrl such as `https://www.zuora.com` or `https://apisandbox.zuora.com` */
export function zuoraLinks(uiUrl = 'https://www.zuora.com'): ZuoraLinks {
  const base = uiUrl.replace(/\/+$/, '');
  const page = (name: string, id: string): string => `${base}/apps/${name}&id=${encodeURIComponent(id)}`;
  return {
    account: (id) => page('CustomerAccount.do?method=view', id),
    subscription: (number) => page('Subscription.do?method=view', number),
    invoice: (id) => page('NewInvoice.do?method=view', id),
    payment: (id) => page('NewPayment.do?method=view', id),
  };
}
