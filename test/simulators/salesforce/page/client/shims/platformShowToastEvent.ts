export type Toast = {
  title?: string;
  message?: string;
  variant?: 'info' | 'success' | 'warning' | 'error';
  mode?: string;
};

export const TOAST_EVENT = 'lightning__showtoast';

/** `lightning/platformShowToastEvent`; the page shows it. */
export class ShowToastEvent extends CustomEvent<Toast> {
  constructor(toast: Toast) {
    super(TOAST_EVENT, { detail: toast, composed: true, bubbles: true, cancelable: true });
  }
}
