import components from 'host/components';
import { api, LightningElement } from 'lwc';
import { messageOf } from '../../../orgApi.ts';

/**
 * The place of one component on the page. One that fails says so here and leaves the others alone, as on a real record
 * page; the failure is reported to the browser as well.
 */
export default class Place extends LightningElement {
  /** `namespace:name`. */
  @api name!: string;
  @api properties: Record<string, unknown> = {};

  component: typeof LightningElement | null = null;
  message: string | null = null;

  override async connectedCallback(): Promise<void> {
    try {
      const load = components[this.name];
      if (!load) throw new Error('there is no such component');
      this.component = (await load()).default;
    } catch (fault) {
      this.errorCallback(fault);
    }
  }

  override errorCallback(fault: unknown): void {
    this.message = messageOf(fault);
    reportError(fault);
  }
}
