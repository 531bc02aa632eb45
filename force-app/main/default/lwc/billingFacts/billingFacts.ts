import type { Fact } from 'c/factUtils';
import { api, LightningElement } from 'lwc';

type Shown = Fact & { readonly text: string; readonly className: string; readonly keyed: readonly Line[] };
type Line = { readonly key: number; readonly text: string };

/** Facts, one below the other, each with a button that copies it. */
export default class BillingFacts extends LightningElement {
  @api facts: readonly Fact[] = [];

  get shown(): Shown[] {
    return this.facts.map((one) => ({
      ...one,
      text: one.lines.join('\n'),
      className: one.isBad ? 'bad' : 'value',
      keyed: one.lines.map((text, key) => ({ key, text })),
    }));
  }
}
