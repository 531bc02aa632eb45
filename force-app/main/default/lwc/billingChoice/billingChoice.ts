import { api, LightningElement } from 'lwc';

export type Option = { readonly value: string; readonly label: string };

/** One choice out of a few that stand side by side. Fires `choose` with `{ value }`. */
export default class BillingChoice extends LightningElement {
  @api options: readonly Option[] = [];
  @api value = '';
  /** What is chosen, for who hears it. */
  @api label = '';

  get buttons(): (Option & { pressed: string; className: string })[] {
    return this.options.map((option) => {
      const isChosen = option.value === this.value;
      return { ...option, pressed: String(isChosen), className: isChosen ? 'option option_chosen' : 'option' };
    });
  }

  choose(event: Event): void {
    const value = (event.currentTarget as HTMLElement).dataset.value ?? '';
    if (value !== this.value) {
      this.dispatchEvent(new CustomEvent('choose', { detail: { value } }));
    }
  }
}
