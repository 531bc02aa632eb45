import express, { type Express } from 'express';
import { answerProof } from '../payments/confirm.ts';
import { StripeRefusal } from '../protocol/errors.ts';
import type { World } from '../world.ts';
import { escaped, show } from './html.ts';

/** The bank's page on which the holder of a card or account proves who they are (`next_action`). */
export function addHolderPages(app: Express, world: World): void {
  const find = (id: string) => world.find('paymentIntents', id) ?? world.find('setupIntents', id);
  const backTo = (id: string): string | null => {
    const intent = find(id);
    return intent?.next_action?.redirect_to_url?.return_url ?? null;
  };
  app.get('/3d_secure/:id', (req, res) => {
    const intent = find(req.params.id);
    if (intent?.status !== 'requires_action')
      return void res.status(404).type('text').send('Nothing waits for an authentication here.');
    return show(
      res,
      'Authenticate this payment',
      `<p>${escaped(intent.id)}</p><form method="post"><button name="outcome" value="succeed">Complete</button> ` +
        '<button name="outcome" value="fail">Fail</button></form>',
    );
  });
  app.post('/3d_secure/:id', express.urlencoded({ extended: false }), (req, res) => {
    const intent = find(req.params['id'] ?? '');
    if (!intent) return void res.status(404).type('text').send('Nothing waits for an authentication here.');
    const back = backTo(intent.id);
    const passed = (req.body as { outcome?: string }).outcome !== 'fail';
    try {
      answerProof(world, intent, passed);
    } catch (error) {
      if (!(error instanceof StripeRefusal)) throw error;
      return void res.status(error.status).type('text').send(error.message);
    }
    if (back === null)
      return show(res, passed ? 'Authenticated' : 'Not authenticated', '<p>You can close this page.</p>');
    const url = new URL(back);
    const kind = intent.object;
    url.searchParams.set(kind, intent.id);
    url.searchParams.set(`${kind}_client_secret`, intent.client_secret ?? '');
    url.searchParams.set('redirect_status', passed ? 'succeeded' : 'failed');
    return res.redirect(303, url.href);
  });
}
