import { api, LightningElement } from 'lwc';

/** Stands for `lightning/modal`, which no stub is there for: tells by `closed` what it was closed with. */
export default class LightningModal extends LightningElement {
  @api label = '';

  close(result: unknown): void {
    // Outside of the bundles the types of LWC know no element.
    (this as unknown as EventTarget).dispatchEvent(new CustomEvent('closed', { detail: result }));
  }
}
