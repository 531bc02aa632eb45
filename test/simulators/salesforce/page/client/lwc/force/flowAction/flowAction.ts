import LightningModal from 'lightning/modal';
import { api } from 'lwc';

/** The dialog of a quick action of type Flow: it gets the record's id as `recordId`, and closes when the flow is over. */
export default class FlowAction extends LightningModal {
  @api flow!: string;
  @api recordId!: string;

  get inputs(): object[] {
    return [{ name: 'recordId', type: 'String', value: this.recordId }];
  }

  follow(event: CustomEvent<{ status: string }>): void {
    if (event.detail.status === 'FINISHED') this.close();
  }
}
